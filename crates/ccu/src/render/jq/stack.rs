//! The stack that jq filters run on: large, and measured where a definition begins.

use std::cell::Cell;
use std::thread;

use jaq_core::load::lex::{Lexer, StrPart, Tok, Token};
use jaq_core::native::{bome, v};
use jaq_core::{DataT, Error, Native, RunPtr, native};

use super::JqError;

/// Bytes of the stack. They are only taken from the system's memory where they are used.
const STACK_BYTES: usize = 256 << 20;
/// Definitions may call themselves until so much of it is used. The rest is for what they end with, and for the drops.
const MAX_USED_BYTES: usize = STACK_BYTES / 2;
/// The filter that measures. No user has such a definition.
const GUARD: &str = "ccu_stack_guard";

thread_local! {
    /// Where the stack of this thread begins, as far as jq is concerned.
    static STACK_START: Cell<usize> = const { Cell::new(0) };
}

/// Does some work on a thread with a large stack.
///
/// **Errors**: those of the work, and when there is no such thread.
pub(super) fn on_deep_stack<T: Send>(work: impl FnOnce() -> Result<T, JqError> + Send) -> Result<T, JqError> {
    let measured = || {
        STACK_START.set(stack_pointer());
        work()
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("jq".into()).stack_size(STACK_BYTES).spawn_scoped(scope, measured);
        let done = thread.map_err(|source| JqError::NoThread { source })?.join();
        done.unwrap_or_else(|_| Err(JqError::Run { problem: "jq stopped, which is a mistake in it".to_owned() }))
    })
}

/// A filter whose definitions measure the stack before they do anything else.
pub(super) fn guarded(filter: &str) -> String {
    let mut ends = Vec::new();
    if let Ok(tokens) = Lexer::new(filter).lex() {
        find_heads(filter, &tokens, &mut ends);
    }
    let mut guarded = String::with_capacity(filter.len() + ends.len() * 2 * GUARD.len());
    let mut done = 0;
    for end in ends {
        guarded.push_str(&filter[done..end]);
        // Bound to a variable, it also stands where only paths may.
        guarded.push_str(&format!(" {GUARD} as ${GUARD} | "));
        done = end;
    }
    guarded.push_str(&filter[done..]);
    guarded
}

/// Finds where the heads of definitions end: behind the colon of `def name:` and `def name(arguments):`.
fn find_heads(filter: &str, tokens: &[Token<&str>], ends: &mut Vec<usize>) {
    for (token_idx, Token(_, kind)) in tokens.iter().enumerate() {
        match (&tokens[token_idx..], kind) {
            ([Token("def", _), _, Token(colon @ ":", _), ..], _)
            | ([Token("def", _), _, Token(_, Tok::Block(_)), Token(colon @ ":", _), ..], _) => {
                ends.push(colon.as_ptr() as usize - filter.as_ptr() as usize + colon.len());
            }
            (_, Tok::Block(inner)) => find_heads(filter, inner, ends),
            (_, Tok::Str(parts)) => parts.iter().for_each(|part| match part {
                StrPart::Term(inner) => find_heads(filter, std::slice::from_ref(inner), ends),
                StrPart::Str(_) | StrPart::Char(_) => {}
            }),
            (_, Tok::Word | Tok::Var | Tok::Fmt | Tok::Num | Tok::Sym) => {}
        }
    }
}

/// The filter that fails where too much of the stack is used.
pub(super) fn guard<D: DataT>() -> native::Fun<D>
where
    for<'a> D::V<'a>: From<String>,
{
    let measure: RunPtr<D> = |(_, value)| {
        let is_deep = STACK_START.get().abs_diff(stack_pointer()) > MAX_USED_BYTES;
        bome(if is_deep { Err(Error::str("definitions call themselves too deeply")) } else { Ok(value) })
    };
    (GUARD, v(0), Native::new(measure))
}

/// About where the stack ends now.
#[inline(never)]
fn stack_pointer() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}
