namespace Kestra.Jq.Functions;

/// <summary>The functions that are best said in jq itself: they keep its order of results and its paths without further ado.</summary>
internal static class Library
{
    private const string Shared = """
        def paths: path(..) | select(length > 0);
        def paths(f): . as $value | paths | select(. as $path | $value | getpath($path) | f);
        def leaf_paths: paths(scalars);
        def from_entries: map({(.key // .name // .Name // .Key): (if has("value") then .value else .Value end)}) | add // {};
        def with_entries(f): to_entries | map(f) | from_entries;
        def in(container): . as $key | container | has($key);
        def inside(container): . as $part | container | contains($part);
        def index($part): indices($part) | .[0];
        def rindex($part): indices($part) | .[-1:][0];
        def recurse_down: recurse;
        def combinations: if length == 0 then [] else .[0][] as $first | (.[1:] | combinations) as $rest | [$first] + $rest end;
        def combinations($count): . as $choices | [range($count)] | map($choices) | combinations;
        def scan($expression): scan($expression; null);
        def first: .[0];
        def last: .[-1];
        def nth($index): .[$index];
        def arrays: select(type == "array");
        def objects: select(type == "object");
        def iterables: select(type == "array" or type == "object");
        def booleans: select(type == "boolean");
        def numbers: select(type == "number");
        def normals: select(isnormal);
        def finites: select(isfinite);
        def strings: select(type == "string");
        def nulls: select(. == null);
        def values: select(. != null);
        def scalars: select(type != "array" and type != "object");
        def splits($expression): splits($expression; null);

        """;

    private const string Jq16 = """
        def todate: todateiso8601;
        def fromdate: fromdateiso8601;
        def scalars_or_empty: scalars;
        def fromstream(events): {done: false, value: null} as $start
            | foreach events as $event ($start;
                if .done then $start else . end
                | if $event | length == 2
                  then setpath(["done"]; $event[0] | length == 0) | setpath(["value"] + $event[0]; $event[1])
                  else setpath(["done"]; $event[0] | length == 1) end;
                if .done then .value else empty end);
        def truncate_stream(stream): . as $depth | null | stream | . as $event | if ($event[0] | length) > $depth then setpath([0]; $event[0][$depth:]) else empty end;
        def INDEX(stream; name): reduce stream as $row ({}; .[$row | name | tostring] |= $row);
        def INDEX(name): INDEX(.[]; name);
        def IN(items): any(items == .; .);
        def IN(source; items): any(source == items; .);
        def JOIN($index; name): [.[] | [., $index[name]]];
        def JOIN($index; stream; name): stream | [., $index[name]];
        def JOIN($index; stream; name; join): stream | [., $index[name]] | join;

        """;

    public static string For(JqDialect dialect) => dialect == JqDialect.Kestra ? Shared : Shared + Jq16;
}
