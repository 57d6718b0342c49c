//! Passwords in calls that only say who logs in: such a pair goes to another service, whatever its host is.

use super::is_password;
use slugsmith_facts::code::{Call, Code, Language};

/// The end of the callee, the place of the account and of the password.
const PAIRS: &[(Language, &str, usize, usize)] = &[
    // Apache HttpClient, as the clients of Elasticsearch and of SOAP take it.
    (Language::Java, "UsernamePasswordCredentials", 0, 1),
    (Language::Java, "PasswordAuthentication", 0, 1),
    (Language::Java, "BasicAuthenticationInterceptor", 0, 1),
    (Language::Java, "BasicAWSCredentials", 0, 1),
    (Language::Java, "AwsBasicCredentials.create", 0, 1),
    (Language::Java, "Credentials.basic", 0, 1),
    (Language::Python, "HTTPBasicAuth", 0, 1),
    (Language::Python, "HTTPDigestAuth", 0, 1),
    (Language::Go, "SetBasicAuth", 0, 1),
    (Language::Go, "credentials.NewStaticCredentials", 0, 1),
    (Language::Ruby, "basic_auth", 0, 1),
    (Language::Ruby, "Aws.Credentials", 0, 1),
    (Language::Php, "withBasicAuth", 0, 1),
];

/// Whether a call hands over an account with its password, both written out.
pub(super) fn hands(code: &Code, call: &Call) -> bool {
    let mut forms = PAIRS.iter();
    let is_form = |callee: &str| {
        let before = call.callee.strip_suffix(callee);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    let form = forms.find(|(language, callee, ..)| *language == code.language && is_form(callee));
    form.is_some_and(|(.., account, password)| {
        let value = |at: usize| Some(code.resolve_from(call.positional(at)?, call.scope));
        // An account without a letter is a sample's; one that is not known may be the machine's own.
        let is_account = |text: &str| text.contains(|c: char| c.is_ascii_alphabetic());
        value(*password).is_some_and(is_password)
            && value(*account)
                .and_then(|value| value.text())
                .is_some_and(is_account)
    })
}
