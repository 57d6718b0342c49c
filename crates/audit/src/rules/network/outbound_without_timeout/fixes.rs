//! How each library is given a timeout: what one takes, another refuses.

use crate::Site;
use slugsmith_facts::code::Language;

/// The fix for the library that a call belongs to; `None` for the usual one of its language.
pub(super) fn of(site: Site<'_>) -> Option<&'static str> {
    match site.code.language {
        Language::Python => python(site),
        Language::JavaScript => node(site),
        Language::Ruby => ruby(site),
        Language::Php => php(site),
        Language::Java => java(site),
        Language::Go => None,
    }
}

fn python(site: Site<'_>) -> Option<&'static str> {
    let callee = site.call.callee.as_str();
    if callee.ends_with("ClientSession") {
        return Some("aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))");
    }
    if callee.ends_with("PoolManager") {
        return Some("urllib3.PoolManager(timeout=urllib3.Timeout(connect=3, read=10))");
    }
    if matches!(callee, "send_mail" | "send_mass_mail") {
        return Some("settings.py: EMAIL_TIMEOUT = 10");
    }
    if callee.ends_with("urlopen") {
        return Some("Add timeout=10 to each call of urlopen.");
    }
    (site.call.receiver() == "httpx").then_some("Leave out timeout=None: httpx waits 5 seconds.")
}

fn node(site: Site<'_>) -> Option<&'static str> {
    let callee = site.call.callee.as_str();
    let first = callee.split(['.', '(']).next().unwrap_or(callee);
    match first {
        "axios" => Some("axios.defaults.timeout = 10_000, or timeout: 10_000 in each call"),
        "fetch" | "nodeFetch" | "undici" => Some("Add signal: AbortSignal.timeout(10_000)"),
        "got" => Some("Add timeout: { request: 10_000 }"),
        "superagent" => Some("Add .timeout(10_000) to each call"),
        "needle" => Some("Add response_timeout: 10_000 to the options"),
        "request" | "rp" => Some("Add timeout: 10_000 to the options"),
        "http" | "https" => {
            Some("Add timeout: 10_000, and: request.on(\"timeout\", () => request.destroy())")
        }
        _ => None,
    }
}

fn ruby(site: Site<'_>) -> Option<&'static str> {
    let callee = site.call.callee.as_str();
    let first = callee.split(['.', '(']).next().unwrap_or(callee);
    match first {
        "Net" => Some("http.open_timeout = 3; http.read_timeout = 10"),
        "Faraday" => Some("Faraday.new(url, request: { open_timeout: 3, timeout: 10 })"),
        "HTTParty" => Some("Add timeout: 10 to each call, or default_timeout 10 in the class"),
        "RestClient" => Some("RestClient::Request.execute(method:, url:, timeout: 10)"),
        "HTTP" => Some("HTTP.timeout(connect: 3, read: 10)"),
        "Excon" => Some("Add connect_timeout: 3, read_timeout: 10"),
        "Octokit" => Some(
            "Octokit::Client.new(connection_options: { request: { open_timeout: 3, timeout: 10 } })",
        ),
        "URI" | "open" => Some("Add open_timeout: 3, read_timeout: 10"),
        _ => None,
    }
}

fn php(site: Site<'_>) -> Option<&'static str> {
    match site.call.callee.as_str() {
        "curl_init" => Some(
            "curl_setopt($ch, CURLOPT_CONNECTTIMEOUT, 3); curl_setopt($ch, CURLOPT_TIMEOUT, 10);",
        ),
        "file_get_contents" | "fopen" => {
            Some("stream_context_create(['http' => ['timeout' => 10]]) as the context")
        }
        callee if callee.starts_with("Http.") => Some("Http::timeout(10)"),
        _ => None,
    }
}

fn java(site: Site<'_>) -> Option<&'static str> {
    match site.call.method() {
        "newHttpClient" => Some("HttpRequest.newBuilder().timeout(Duration.ofSeconds(10))"),
        "RestTemplate" => Some(
            "var factory = new SimpleClientHttpRequestFactory(); factory.setConnectTimeout(3_000); \
             factory.setReadTimeout(10_000); new RestTemplate(factory)",
        ),
        "createDefault" => Some(
            "HttpClients.custom().setDefaultRequestConfig(config), with a RequestConfig that has a \
             connect and a response timeout",
        ),
        _ => None,
    }
}
