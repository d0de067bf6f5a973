#!/usr/bin/env python3
"""Runs the programs of programs.txt, and every function on every kind of input, through jq 1.6 and writes jq16.jsonl.

Usage: record.py [PATH-OF-JQ]. A case is {program, input, output: [text of each result]} and, when it failed,
{error: message} or {invalid: true} for a program that did not compile. The texts are those of `jq -c`.
"""
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
JQ = shutil.which(sys.argv[1] if len(sys.argv) > 1 else "jq")

INPUTS = ["null", "true", "false", "0", "1.5", "-3", '""', '"abc"', '"b-2"', "[]", "[3,1,2]", '["b","a"]', "[[1],[2,3]]", "{}",
          '{"b":2,"a":1}', '[{"a":2},{"a":1}]', '"a rather long text, longer than messages show"']
FUNCTIONS = """add all any arrays ascii_downcase ascii_upcase booleans combinations explode first flatten from_entries fromjson
 implode iterables keys keys_unsorted last leaf_paths length map(.) map_values(.) max min not nulls numbers objects paths recurse
 scalars sort strings to_entries tojson tonumber tostring transpose type unique utf8bytelength values floor sqrt isnan
 sort_by(.a) group_by(.a) unique_by(.a) min_by(.a) max_by(.a) with_entries(.) split(",") join("-") contains("b") has("a") has(0)
 inside([1]) ltrimstr("a") rtrimstr("c") startswith("a") endswith("c") test("b") sub("b";"x") ascii_downcase? .a .[0] .[] .[1:] .[:-1]
 .a=1 .[0]=1 del(.a) del(.[0]) .+1 .+"x" .+[9] .+{z:1} .-1 .*2 ./2 .%2 -. .==1 .<"b" .//7 .and.true tostream @text @json @csv @tsv
 @html @uri @sh @base64 getpath(["a"]) path(..) limit(2;.[]?) first(.[]?) isempty(.[]?) todate gmtime""".split()

# jq crashes on the first of these, and words its complaint about the last by the state of its JSON parser.
LONG = INPUTS[-1]
SKIPPED = {("tonumber", LONG), ("fromjson", LONG), ("implode", '["b","a"]'), ("implode", "[[1],[2,3]]"), ("implode", '[{"a":2},{"a":1}]'), ("implode", "[3,1,2]")}


def run(program, text):
    done = subprocess.run([JQ, "-c", program], input=text, capture_output=True, text=True, timeout=10, env={})
    case = {"program": program, "input": json.loads(text)}
    if done.returncode < 0 or done.returncode > 128:
        raise SystemExit(f"jq crashed on {program} with {text}")
    if done.returncode in (2, 3):
        case["invalid"] = True
        return case
    case["output"] = done.stdout.splitlines()
    error = re.match(r"jq: error \(at [^)]*\)(?:: | )(.*)", done.stderr, re.S)
    if done.returncode == 5 and error:
        case["error"] = error.group(1).rstrip("\n")
    return case


def programs():
    with open(os.path.join(HERE, "programs.txt"), encoding="utf-8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line and not line.startswith("# "):
                program, _, text = line.partition("\t")
                yield program, text or "null"
    for function in FUNCTIONS:
        function = function.replace(".and.", ". and ")
        for text in INPUTS:
            if (function, text) not in SKIPPED:
                yield function, text


with open(os.path.join(HERE, "jq16.jsonl"), "w", encoding="utf-8") as cases:
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for case in pool.map(lambda pair: run(*pair), programs()):
            cases.write(json.dumps(case, ensure_ascii=False) + "\n")
