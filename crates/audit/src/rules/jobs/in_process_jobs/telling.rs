//! Does a name speak of work that must not be lost: a mail, a charge, an import?

/// Whether a call hands something to somebody else's service: an HTTP request that is not there to read.
pub(super) fn posts(callee: &str) -> bool {
    const POSTS: &[&str] = &[
        "http.Post",
        "axios.post",
        "axios.put",
        "requests.post",
        "requests.put",
        "httpx.post",
        "restTemplate.postForObject",
        "restTemplate.postForEntity",
    ];
    POSTS.contains(&callee) || callee.ends_with(".PostForm")
}

/// Whether a name speaks to the process itself, in small letters: signals of the system (`signal.Notify`), threads that
/// wait for each other (`lock.notifyAll`), clocks.
fn is_of_the_process(lower: &str) -> bool {
    let (before, last) = lower.rsplit_once('.').unwrap_or(("", lower));
    let object = before.rsplit('.').next().unwrap_or(before);
    let waits = [
        "lock",
        "mutex",
        "monitor",
        "this",
        "cond",
        "condition",
        "semaphore",
    ];
    last == "notifyall"
        || matches!(object, "signal" | "syscall" | "ticker" | "time")
        || last.starts_with("notify") && waits.contains(&object)
}

/// Whether a name speaks of work that somebody waits for: a mail, a charge, an import.
pub(super) fn is_durable(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let last = lower.rsplit(['.', ' ']).next().unwrap_or(&lower);
    let harmless = [
        "log",
        "metric",
        "cache",
        "warm",
        "ping",
        "heartbeat",
        "stat",
        "trace",
        "broadcast",
        "signal",
        "sendfile",
        "message",
        "event",
        "response",
        "socket",
    ];
    if is_of_the_process(&lower) {
        return false;
    }
    // `runFfmpegConversion`: nobody waits for a loop to convert something.
    if ["convert", "conversion", "transcod"]
        .iter()
        .any(|word| last.contains(word))
    {
        return true;
    }
    // `process_videos`, `processUploads`: one by one, until all are done.
    let things = [
        "video",
        "image",
        "photo",
        "upload",
        "document",
        "audio",
        "pdf",
        "csv",
        "batch",
        "order",
        "payment",
        "transaction",
        "import",
        "recording",
    ];
    if last.starts_with("process") && things.iter().any(|thing| last.contains(thing)) {
        return true;
    }
    // A loop that is started once works through a queue that lives elsewhere.
    if [
        "start", "run", "serve", "listen", "watch", "poll", "loop", "monitor", "consume", "init",
        // What is cleaned up is found again after the restart.
        "clean", "purge", "sweep", "prune", "evict", "expire", "tick",
    ]
    .iter()
    .any(|verb| last.starts_with(verb))
    {
        return false;
    }
    // `IsEmail`, `get_invoice` only ask.
    let own = name.rsplit(['.', ' ']).next().unwrap_or(name);
    let asks = ["is", "has", "get", "find"].iter().any(|verb| {
        let rest = last.strip_prefix(verb).and(own.get(verb.len()..));
        rest.is_some_and(|rest| rest.starts_with(|c: char| c == '_' || c.is_ascii_uppercase()))
    });
    if asks {
        return false;
    }
    let durable = [
        "send",
        "mail",
        "notif",
        "charge",
        "import",
        "export",
        "invoice",
        "deliver",
        "webhook",
        "sync_",
        "generate_",
        "upload",
        "publish",
        "refund",
        "transcode",
        "resize",
        "processorder",
        "processpayment",
        "provision",
    ];
    let by_object = ["mail", "invoice", "webhook", "order", "payment"]
        .iter()
        .any(|word| lower.contains(word));
    (durable.iter().any(|word| last.contains(word))
        || lower.starts_with("deliver ")
        || lower.starts_with("send "))
        && (by_object || !harmless.iter().any(|word| last.contains(word)))
}
