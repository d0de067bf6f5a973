namespace Kestra.Jq.Tests;

/// <summary>Random programs end: with results, or with an error of the library and no other.</summary>
public sealed class FuzzTests
{
    private static readonly JqLimits Small = new()
    {
        Steps = 20_000, Depth = 500, Outputs = 200, TextLength = 20_000, ArrayLength = 5_000, RegexTime = TimeSpan.FromMilliseconds(50),
    };

    private static readonly object? Input = Json.Parse("""{"a":[1,2.5,-3,{"b":"text","c":null}],"b":"é😀 a1b2","c":{"d":[[1],[2,[3]]],"e":true},"f":1425599621}""");

    private static readonly string[] Words =
    [
        ".", "..", ".a", ".b", ".[0]", ".[]", ".[1:2]", "|", ",", "//", "=", "|=", "+=", "//=", "==", "<", "and", "or", "+", "-", "*", "/", "%", "(", ")",
        "[", "]", "{", "}", ":", ";", "?", "if", "then", "else", "end", "try", "catch", "reduce", "foreach", "as", "$x", "label", "break", "def f:", "def g(h):",
        "f", "g(.)", "1", "0.5", "\"s\"", "\"\\(", "@csv", "@base64d", "null", "true", "map(", "select(", "path(", "limit(2;", "range(3)", "recurse", "error",
        "test(\"a\")", "?//", "\"", "\\", "#", "$__loc__", "é", "\0", "😀",
    ];

    [Theory]
    [InlineData(JqDialect.Kestra)]
    [InlineData(JqDialect.Jq16)]
    public void Random_words_end(JqDialect dialect)
    {
        var random = new Random(20_261_127);
        for (var i = 0; i < 4_000; i++)
        {
            var program = string.Join(random.Next(3) == 0 ? "" : " ", Enumerable.Range(0, random.Next(1, 25)).Select(_ => random.GetItems(Words, 1)[0]));
            Outcome(program, dialect);
        }
    }

    [Fact]
    public void Random_programs_are_read_and_end()
    {
        var random = new Random(11_272_026);
        var ran = 0;
        for (var i = 0; i < 4_000; i++)
        {
            ran += Outcome(Program(random, 5), JqDialect.Jq16) == JqErrorKind.Syntax ? 0 : 1;
        }

        ran.ShouldBe(4_000);
    }

    [Fact]
    public void Random_expressions_match_or_are_refused()
    {
        string[] parts = ["a", "b", "1", ".", "\\d", "\\w", "[a-c]", "[^a]", "[[:alpha:]]", "(", "(?:", "(?<n>", "(?=", "(?>", ")", "|", "*", "+", "?", "{2}", "{1,}", "^", "$",
            "\\1", "\\k<n>", "\\b", "\\p{L}", "[", "]", "{", "}", "\\", "😀", "[😀-😂]", "\\Q.\\E", "(?i)", "-", "\\x{41}", "#", " "];
        var random = new Random(7);
        for (var i = 0; i < 4_000; i++)
        {
            var pattern = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.GetItems(parts, 1)[0]));
            var program = $"[match({JqProgram.ToJson(pattern)}; \"g{random.GetItems(["", "i", "x", "n", "p"], 1)[0]}\")] | length";
            Outcome(program, JqDialect.Jq16, "aab 1😀cab");
        }
    }

    // Anything but the library's own exception fails the test by itself.
    private static JqErrorKind? Outcome(string program, JqDialect dialect, object? input = null)
    {
        try
        {
            foreach (var result in JqProgram.Parse(program, Small, dialect).Run(input ?? Input))
            {
                JqProgram.ToJson(result, dialect);
            }

            return null;
        }
        catch (JqException error)
        {
            return error.Kind;
        }
    }

    private static string Program(Random random, int depth)
    {
        if (depth == 0)
        {
            return random.GetItems([".", ".a", ".b", ".c.d", ".f", "1", "-2.5", "\"a\"", "null", "true", "[]", "{}", "empty", "..", ".[]?", "length", "type", "keys?", "(now | floor)"], 1)[0];
        }

        string Next() => Program(random, depth - random.Next(1, 3) is var next and > 0 ? next : 0);

        return random.Next(26) switch
        {
            0 => $"({Next()} | {Next()})",
            1 => $"({Next()}, {Next()})",
            2 => $"({Next()} // {Next()})",
            3 => $"({Next()} {random.GetItems(["+", "-", "*", "/", "%", "==", "<", ">=", "and", "or"], 1)[0]} {Next()})",
            4 => $"[{Next()}]",
            5 => $"{{a: ({Next()}), (\"k\", \"l\"): ({Next()})}}",
            6 => $"(if {Next()} then {Next()} else {Next()} end)",
            7 => $"(try {Next()} catch {Next()})",
            8 => $"({Next()})?",
            9 => $"(reduce ({Next()}) as $x ({Next()}; {Next()}))",
            10 => $"(foreach ({Next()}) as [$x, $y] ({Next()}; {Next()}; [$x, .]))",
            11 => $"(({Next()}) as {{a: $x}} ?// $x | {Next()} | [$x])",
            12 => $"(label $out | {Next()} | if . == 1 then break $out else . end)",
            13 => $"(def f(g): g | g; f({Next()}))",
            14 => $"(def f: if type == \"array\" then .[] | f else {Next()} end; f)",
            15 => $"(({Next()}) = ({Next()}))",
            16 => $"(({Next()}) |= ({Next()}))",
            17 => $"(({Next()}) += ({Next()}))",
            18 => $"del({Next()})",
            19 => $"[paths({Next()})]",
            20 => $"\"<\\({Next()})>\"",
            21 => $"(({Next()}) | {random.GetItems(["@csv", "@json", "@sh", "@uri", "@base64", "@base64d", "@html", "@tsv"], 1)[0]})",
            22 => $"limit({random.Next(-1, 4)}; {Next()})",
            23 => $"(({Next()}) | {random.GetItems(["sort", "add", "unique", "flatten", "tostream", "to_entries", "reverse", "transpose", "explode", "tojson", "todate", "gmtime"], 1)[0]})",
            24 => $"({random.GetItems(["map", "sort_by", "group_by", "map_values", "with_entries", "walk", "recurse", "min_by", "select", "any", "first", "isempty"], 1)[0]}({Next()}))",
            _ => $"(({Next()})[{Next()}:]?)",
        };
    }
}
