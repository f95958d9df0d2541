//! Small screens and their pictures.

use std::process::Command;

use super::*;
use crate::pty::Pty;

/// The picture of what `printf` writes, without the window around it.
fn cells(text: &str) -> String {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", r#"printf "$1""#, "sh", text]);
    let screen = Pty::start(&command, (12, 2)).end().screen;
    let svg = draw(&screen, "a <title>", Background::Dark);
    svg.lines()
        .filter(|line| line.starts_with("<text x=\"") || line.contains("crispEdges"))
        .skip(1)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn runs_have_their_length_and_text_is_escaped() {
    insta::assert_snapshot!(cells(r"a<b \033[1;31mred\033[0m"), @r##"
    <text x="0" y="13.5" textLength="25.2" lengthAdjust="spacingAndGlyphs" fill="#d8d8e0">a&lt;b</text>
    <text x="33.6" y="13.5" textLength="25.2" lengthAdjust="spacingAndGlyphs" fill="#e06c75" font-weight="bold">red</text>
    "##);
}

#[test]
fn blocks_join() {
    insta::assert_snapshot!(cells("██▄▏▒│"), @r##"
    <rect x="0" y="0" width="16.8" height="18" fill="#d8d8e0" shape-rendering="crispEdges"/>
    <rect x="16.8" y="9" width="8.4" height="9" fill="#d8d8e0" shape-rendering="crispEdges"/>
    <rect x="25.2" y="0" width="1.05" height="18" fill="#d8d8e0" shape-rendering="crispEdges"/>
    <rect x="33.6" y="0" width="8.4" height="18" fill="#d8d8e0" opacity="0.5" shape-rendering="crispEdges"/>
    <rect x="45.7" y="0" width="1.01" height="18" fill="#d8d8e0" shape-rendering="crispEdges"/>
    "##);
}

#[test]
fn grounds_and_reversed_cells() {
    insta::assert_snapshot!(cells(r"\033[48;5;232m  \033[0;7mx\033[0;4m u\033[0m"), @r##"
    <rect x="0" y="0" width="16.8" height="18" fill="#080808" shape-rendering="crispEdges"/>
    <rect x="16.8" y="0" width="8.4" height="18" fill="#d8d8e0" shape-rendering="crispEdges"/>
    <text x="16.8" y="13.5" textLength="8.4" lengthAdjust="spacingAndGlyphs" fill="#16161e">x</text>
    <text x="25.2" y="13.5" textLength="16.8" lengthAdjust="spacingAndGlyphs" fill="#d8d8e0" text-decoration="underline"> u</text>
    "##);
}

#[test]
fn wide_characters_take_two_cells() {
    insta::assert_snapshot!(cells("a表b"), @r##"
    <text x="0" y="13.5" textLength="8.4" lengthAdjust="spacingAndGlyphs" fill="#d8d8e0">a</text>
    <text x="8.4" y="13.5" textLength="16.8" lengthAdjust="spacingAndGlyphs" fill="#d8d8e0">表</text>
    <text x="25.2" y="13.5" textLength="8.4" lengthAdjust="spacingAndGlyphs" fill="#d8d8e0">b</text>
    "##);
}

#[test]
fn the_window_has_its_title() {
    let screen = Pty::start(&Command::new("/bin/true"), (10, 2)).end().screen;
    let svg = draw(&screen, "a <title>", Background::Light);
    assert!(svg.contains("<title>a &lt;title&gt;</title>"), "{svg}");
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{svg}");
}
