//! Yii's sessions, which PHP keeps in files unless the component has another class.

use crate::rules::prelude::*;
use crate::yii;

/// The first application that logs visitors in (`'user' => ['identityClass' => …]`) with Yii's own session component.
pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    let sessions = yii::components(facts, "session");
    let is_set = |value: &Expr| {
        value
            .key("class")
            .is_some_and(|class| !class.any(is_native))
    };
    if sessions.iter().any(|one| is_set(one.value)) || !logs_in(facts) {
        return None;
    }
    let users = yii::components(facts, "user");
    let user = users.iter().find(|one| {
        let stateless = one.value.key("enableSession") == Some(&Expr::Bool(false));
        one.value.key("identityClass").is_some() && !stateless
    })?;
    let own = sessions.iter().find(|one| one.code.path == user.code.path);
    let place = own.unwrap_or(user);
    let message = "Yii's session component keeps sessions in files of this dyno: other dynos don't know them, and a \
                   restart logs everybody out.";
    Some(Evidence::line(&place.code.path, place.line, message).help(
        "heroku addons:create heroku-redis:mini; composer require yiisoft/yii2-redis; 'session' => ['class' => \
         'yii\\redis\\Session']",
    ))
}

fn is_native(value: &Expr) -> bool {
    let native = |name: &str| name.trim_start_matches('\\').replace('\\', ".") == "yii.web.Session";
    value.text().is_some_and(native) || value.name().is_some_and(native)
}

/// `Yii::$app->user->login($user)`, or a client of another service that does it.
fn logs_in(facts: &Facts<'_>) -> bool {
    facts.calls().any(|site| {
        let call = site.call;
        let by_user = || call.receiver().rsplit(['.', '>', ':']).next() == Some("user");
        site.code.language == Language::Php && call.method() == "login" && by_user()
    })
}
