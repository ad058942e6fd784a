//! The whole document around [`App`]: what the server sends for every page. Runs on the server only.
//!
//! Nothing here comes from another origin, and nothing here is hydrated except [`App`], which therefore is the first
//! child of `<body>`. The sprite and the two notes for browsers that cannot go on follow it.

use leptos::html;
use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::app::{Address, App};
use crate::i18n::Lang;

/// The icons, as symbols that `<use href="#name">` refers to.
const SPRITE: &str = include_str!("icons.svg");

/// Browsers with modules start the page; whatever goes wrong on the way uncovers the note.
const START: &str = r#"
const note = error => { document.getElementById("cannot-start").hidden = false; console.error(error) };
const words = fetch(WORDS).then(answer => answer.text());
words.catch(note);
import(JS).then(async glue => { await glue.default({ module_or_path: WASM }); glue.hydrate(await words) }).catch(note);
"#;

/// From the start page alone: there people install it, and a page that leads into a call has better things to do. Where
/// a certificate is not trusted there is no worker, and none is missed.
const WORKER: &str = r#"navigator.serviceWorker?.register("/worker.js").catch(() => {});"#;

/// Browsers without modules only get the note.
const NO_MODULES: &str = r#"document.getElementById("cannot-start").hidden = false;"#;

/// Where the embedded files are, with the hash of their content in the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetUrls {
    /// The JavaScript glue.
    pub js: String,
    /// The WebAssembly module that all pages load.
    pub wasm: String,
    /// What only the home page needs; `None` if the browser has to find it by itself.
    pub home: Option<String>,
    /// What only the page that checks the connection needs.
    pub check: Option<String>,
    /// The words of each language, in the order of [`Lang::ALL`].
    pub words: Vec<String>,
    /// The same with those of the check.
    pub check_words: Vec<String>,
    /// The style sheet.
    pub css: String,
    /// The icon of the tab.
    pub favicon: String,
    /// The icons of the installed app: 192 and 512 pixels wide, and 512 to be cut into a shape.
    pub icons: [String; 3],
}

/// The document. Inline scripts carry the nonce in context (`provide_context(Nonce::from_value(..))`), if there is one.
pub fn shell(assets: &AssetUrls, lang: Lang) -> impl IntoView + use<> {
    view! {
        <!DOCTYPE html>
        <html lang=lang.code()>
            <head>{head(assets, lang)}</head>
            <body>
                <App lang/>
                {after_app(assets, lang)}
            </body>
        </html>
    }
}

/// What the page loads at once, beside the program.
fn chunk(assets: &AssetUrls) -> Option<&str> {
    let chunk = match Address::of_page() {
        Address::Room(_) => return None,
        Address::Check => &assets.check,
        Address::Home | Address::Nothing(_) => &assets.home,
    };
    chunk.as_deref()
}

/// Where the words of a language are that the page needs.
fn spoken(assets: &AssetUrls, lang: Lang) -> String {
    let urls = if matches!(Address::of_page(), Address::Check) { &assets.check_words } else { &assets.words };
    Lang::ALL.iter().zip(urls).find(|(of, _)| **of == lang).map(|(_, url)| url.clone()).unwrap_or_default()
}

fn head(assets: &AssetUrls, lang: Lang) -> impl IntoView + use<> {
    let words = lang.words();
    let AssetUrls { js, wasm, css, favicon, icons: [icon, ..], .. } = assets.clone();
    let chunk = chunk(assets).map(str::to_owned);
    let spoken = spoken(assets, lang);
    view! {
        <meta charset="utf-8"/>
        <title>{Address::of_page().title(words)}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
        <meta name="color-scheme" content="light dark"/>
        <meta name="description" content=words.description/>
        {meta("name", "theme-color", "#f5f9f8").attr("media", "(prefers-color-scheme: light)")}
        {meta("name", "theme-color", "#0e1514").attr("media", "(prefers-color-scheme: dark)")}
        {meta("property", "og:type", "website")}
        {meta("property", "og:site_name", "Confab")}
        {meta("property", "og:title", words.og_title)}
        {meta("property", "og:description", words.description)}
        <link rel="stylesheet" href=css/>
        <link rel="modulepreload" href=js/>
        {preload(wasm)}
        {chunk.map(preload)}
        <link rel="preload" r#as="fetch" type="text/plain" crossorigin="anonymous" href=spoken/>
        {words_of_languages(assets)}
        <link rel="icon" type="image/svg+xml" href=favicon/>
        <link rel="apple-touch-icon" href=icon/>
        <link rel="manifest" href="/manifest.webmanifest"/>
    }
}

/// Where the words of each language are, for whoever chooses another one. The page that checks the connection has none: it
/// is loaded again.
fn words_of_languages(assets: &AssetUrls) -> Vec<impl IntoView + use<>> {
    let urls = if matches!(Address::of_page(), Address::Check) { Vec::new() } else { assets.words.clone() };
    let named = |(lang, url): (Lang, String)| view! { <meta name=["words-", lang.code()].concat() content=url/> };
    Lang::ALL.into_iter().zip(urls).map(named).collect()
}

fn preload(wasm: String) -> impl IntoView {
    view! { <link rel="preload" r#as="fetch" type="application/wasm" crossorigin="anonymous" href=wasm/> }
}

/// A `<meta>` with an attribute that the view macro does not know.
fn meta(key: &'static str, value: &'static str, content: &'static str) -> impl IntoView {
    html::meta().content(content).attr(key, value)
}

fn after_app(assets: &AssetUrls, lang: Lang) -> impl IntoView + use<> {
    let words = lang.words();
    let worker = if matches!(Address::of_page(), Address::Home) { WORKER } else { "" };
    let start = START.to_owned() + worker;
    let start = start.replace("JS", &quoted(&assets.js)).replace("WASM", &quoted(&assets.wasm));
    let start = start.replace("WORDS", &quoted(&spoken(assets, lang)));
    view! {
        <p id="cannot-start" class="cannot-start" role="alert" hidden>{words.cannot_start}</p>
        <noscript>
            <p class="cannot-start">{words.no_scripts}</p>
        </noscript>
        <div hidden inner_html=SPRITE></div>
        <script type="module" nonce=use_nonce() inner_html=start></script>
        <script nomodule nonce=use_nonce() inner_html=NO_MODULES></script>
    }
}

/// A JavaScript string literal; addresses of ours hold nothing that would need more escaping than this.
fn quoted(url: &str) -> String {
    format!("{:?}", url.replace('<', ""))
}
