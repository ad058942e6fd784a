//! Text that only machines read, without what is for people.

/// Drops comments and indentation; leaves everything else, so that nothing can break.
pub fn css(css: &str) -> String {
    let mut rest = css;
    let mut bare = String::new();
    while let Some((before, comment)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    bare.push_str(rest);
    trimmed_lines(&bare, |_| true)
}

/// Drops whole-line comments and indentation of wasm-bindgen's glue, which has no template text over several lines.
pub fn js(js: &str) -> String {
    let mut in_comment = false;
    trimmed_lines(js, |line| {
        let opens = line.starts_with("/*");
        let dropped = in_comment || opens || line.starts_with("//");
        in_comment = (in_comment || opens) && !line.ends_with("*/");
        !dropped
    })
}

fn trimmed_lines(text: &str, mut keep: impl FnMut(&str) -> bool) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && keep(line));
    lines.collect::<Vec<_>>().join("\n")
}
