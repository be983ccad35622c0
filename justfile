# Shortcuts; each is one command that you can also type.

# List the recipes.
default:
    @just --list

# Format, lints, sizes, names and circles.
check:
    cargo fmt --all --check
    cargo clippy --locked --workspace --all-targets -- -D warnings
    scripts/measure

# All tests, or those that the arguments of cargo test select.
test *ARGS:
    scripts/test {{ARGS}}

# The product against simulated shops.
demo:
    cargo demo

# What must be green before a change lands.
ci:
    .ci/run
