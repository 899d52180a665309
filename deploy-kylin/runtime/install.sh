#!/bin/sh
# 融呼离线安装：校验程序包，再进入安装向导。用法：sh install.sh [--answers 文件.json] [--help]
set -eu
cd "$(dirname "$0")"
say() { printf '%s\n' "$*" >&2; }
case "$(uname -s)" in Linux) ;; *) say "只能安装在 Linux 上"; exit 1 ;; esac
case "$(uname -m)" in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) say "不支持的处理器：$(uname -m)"; exit 1 ;; esac
grep -q "\"arch\": \"$arch\"" VERSION.json || { say "本机是 $arch，安装包不是这个架构的，请换用对应的安装包"; exit 1; }
command -v sha256sum >/dev/null 2>&1 || { say "缺少 sha256sum（软件包 coreutils）"; exit 1; }
sha256sum --quiet -c SHA256SUMS >&2 || { say "安装程序校验失败：文件已损坏或被改动，请重新复制安装包"; exit 1; }
node/bin/node --version >/dev/null 2>&1 || { say "运行时不能在本机启动："; node/bin/node --version >&2 || true; say "要求 glibc 2.28、libstdc++ 6.0.25 或更新"; exit 1; }
exec node/bin/node deploy/ronghu-install.mjs "$@"
