using System.Numerics;

namespace Kestra.Jq.Tests;

/// <summary>The library as its callers see it.</summary>
public sealed class ProgramTests
{
    [Theory]
    [InlineData(".a |", 1, 5)]
    [InlineData(".a |\n  ]", 2, 3)]
    [InlineData("{a: 1", 1, 6)]
    [InlineData("\"abc", 1, 1)]
    [InlineData("1 +\n\n  \"x\\q\"", 3, 5)]
    [InlineData("100000000000000000000", 1, 1)]
    public void A_fault_of_the_program_has_a_place(string program, int line, int column)
    {
        var error = Should.Throw<JqException>(() => JqProgram.Parse(program));

        (error.Kind, error.Line, error.Column).ShouldBe((JqErrorKind.Syntax, line, column), error.Message);
    }

    [Theory]
    [InlineData("foo(1)", "Function foo/1 does not exist")]
    [InlineData("todate", "Function todate/0 does not exist")]
    [InlineData("$x", "$x is not defined")]
    [InlineData("$ENV", "$ENV is not defined")]
    [InlineData("$__loc__", "$__loc__ is not defined")]
    [InlineData("@base32", "Formatting operator @base32 does not exist")]
    [InlineData("min", "min is not applicable to NULL; expected one of [ARRAY]")]
    public void In_Kestra_unknown_names_fail_only_when_they_are_reached(string program, string message)
    {
        JqProgram.Parse($"try {program} catch .").Run(null).ShouldBe([message]);
        JqProgram.Parse($"if true then 1 else {program} end").Run(null).ShouldBe([1]);
    }

    [Fact]
    public void In_Kestra_a_binding_takes_all_that_stands_before_it() =>
        JqProgram.Parse("[1 + 3 as $x | $x * 10]").Run(null).Single().ShouldBe(new List<object?> { 40 });

    [Fact]
    public void In_Kestra_an_update_needs_a_value() =>
        Should.Throw<JqException>(() => JqProgram.Parse(".a |= empty").Run(null).ToList()).Kind.ShouldBe(JqErrorKind.Runtime);

    [Fact]
    public void In_Kestra_walking_sorts_names() =>
        JqProgram.ToJson(JqProgram.Parse("walk(.)").Run(Json.Parse("""{"b":1,"a":{"d":1,"c":2}}""")).Single()).ShouldBe("""{"a":{"c":2,"d":1},"b":1}""");

    [Fact]
    public void Whole_numbers_are_as_small_as_they_can_be()
    {
        JqProgram.Parse("., . + 1, . * 4, . * . * .").Run(2_000_000_000).ShouldBe([2_000_000_000, 2_000_000_001, 8_000_000_000L, 8e27]);
        JqProgram.Parse("2.5 * 2, (7 / 2 | floor), 10 / 5, 1.0").Run(null).ShouldBe([5, 3.0, 2, 1.0]);
        JqProgram.Parse(".").Run(BigInteger.Pow(2, 100)).ShouldBe([BigInteger.Pow(2, 100)]);
    }

    [Fact]
    public void The_input_is_never_changed_and_untouched_parts_are_shared()
    {
        var input = (IReadOnlyDictionary<string, object?>)Json.Parse("""{"a":[1,2,{"x":1}],"b":{"c":[3]}}""")!;
        var before = JqProgram.ToJson(input);

        var result = (IReadOnlyDictionary<string, object?>)JqProgram.Parse(".a[2].x = 5 | .a[0] |= . + 1 | del(.a[1]) | .a += [9]").Run(input).Single()!;

        JqProgram.ToJson(result).ShouldBe("""{"a":[2,{"x":5},9],"b":{"c":[3]}}""");
        JqProgram.ToJson(input).ShouldBe(before);
        result["b"].ShouldBeSameAs(input["b"]);
    }

    [Fact]
    public void An_update_that_keeps_what_it_got_keeps_it_as_it_was()
    {
        // The inner place is changed first, then the outer is doubled, then one half is changed: the other half may not follow.
        var program = JqProgram.Parse("(.a.b, .a, .a.b) |= if type == \"object\" then {b: ., c: .} else [.] end");

        JqProgram.ToJson(program.Run(Json.Parse("""{"a":{"b":1}}""")).Single()).ShouldBe("""{"a":{"b":{"b":{"b":[1]},"c":{"b":[1]}},"c":{"b":[1]}}}""");
    }

    [Fact]
    public void One_program_serves_many_threads()
    {
        var program = JqProgram.Parse("[.[] | select(test(\"^[a-c]\")) | sub(\"(?<x>.)\"; \"\\(.x)!\")] | group_by(length) | map(add)");
        var input = Enumerable.Range(0, 200).Select(i => (object?)((char)('a' + (i % 5))).ToString()).ToList();
        var expected = JqProgram.ToJson(program.Run(input).Single());

        Enumerable.Range(0, 200).AsParallel().All(_ => JqProgram.ToJson(program.Run(input).Single()) == expected).ShouldBeTrue();
    }

    [Fact]
    public void A_cache_keeps_programs_and_stays_small()
    {
        var cache = new JqCache(capacity: 3);

        cache.Get(".a").ShouldBeSameAs(cache.Get(".a"));
        foreach (var number in Enumerable.Range(0, 10))
        {
            cache.Get($". + {number}").Run(1).ShouldBe([number + 1]);
            cache.Count.ShouldBeLessThanOrEqualTo(3);
        }

        Should.Throw<JqException>(() => cache.Get(".a |")).Kind.ShouldBe(JqErrorKind.Syntax);
    }

    [Theory]
    [InlineData("[\"ab\" | gsub(\"\"; \"-\")]", """["-a-b"]""")]
    [InlineData("\"aéa\" | indices(\"a\")", "[0,2]")]
    [InlineData("[limit(0; 1, 2)]", "[]")]
    [InlineData("[1 | limit(4; repeat(. * 2))]", "[1,2,4,8]")]
    [InlineData("any(true, error(\"x\"); .)", "true")]
    [InlineData("[\"ab\" | indices(\"\")]", "[[]]")]
    [InlineData("try (1 / 0) catch .", "\"number (1) and number (0) cannot be divided because the divisor is zero\"")]
    [InlineData("null | path(last(.a, .b))", """["b"]""")]
    [InlineData("\"[1,2\" | try fromjson catch (. | test(\"while parsing\"))", "true")]
    public void In_the_jq_dialect_bugs_of_jq_are_not_copied(string program, string results)
    {
        var json = JqProgram.Parse(program, dialect: JqDialect.Jq16).Run(null).Select(result => JqProgram.ToJson(result, JqDialect.Jq16));

        string.Join('\n', json).ShouldBe(results);
    }

    [Fact]
    public void A_halt_ends_the_run()
    {
        var error = Should.Throw<JqException>(() => JqProgram.Parse("try halt_error catch 1", dialect: JqDialect.Jq16).Run("bye").ToList());

        (error.Kind, error.Message, error.Value).ShouldBe((JqErrorKind.Halt, "bye", "bye"));
    }

    [Fact]
    public void A_raised_value_is_kept() =>
        JqProgram.ToJson(Should.Throw<JqException>(() => JqProgram.Parse("error({a: 1})").Run(null).ToList()).Value).ShouldBe("""{"a":1}""");

    [Fact]
    public void A_value_that_is_not_JSON_is_an_error() =>
        Should.Throw<JqException>(() => JqProgram.Parse("type").Run(new Version(1, 0)).ToList()).Message.ShouldBe("a value of type Version is not JSON");

    [Fact]
    public void Kestra_has_exactly_its_functions() => JqProgram.Parse("builtins | sort | join(\" \")").Run(null).Single().ShouldBe(
        """
        acos/0 add/0 all/0 all/1 all/2 any/0 any/1 any/2 arrays/0 ascii_downcase/0 ascii_upcase/0 asin/0 atan/0 atan2/2 booleans/0
        builtins/0 capture/1 capture/2 cbrt/0 ceil/0 combinations/0 combinations/1 contains/1 cos/0 cosh/0 del/1 delpaths/1 empty/0
        endswith/1 error/0 error/1 exp/0 exp10/0 exp2/0 explode/0 expm1/0 finites/0 first/0 first/1 flatten/0 flatten/1 floor/0
        from_entries/0 fromdateiso8601/0 fromjson/0 getpath/1 group_by/1 gsub/2 gsub/3 has/1 implode/0 in/1 index/1 indices/1
        infinite/0 inside/1 isfinite/0 isinfinite/0 isnan/0 isnormal/0 iterables/0 join/1 keys/0 keys_unsorted/0 last/0 last/1
        leaf_paths/0 length/0 limit/2 log/0 log10/0 log1p/0 log2/0 ltrimstr/1 map/1 map_values/1 match/1 match/2 max/0 max_by/1 min/0
        min_by/1 nan/0 normals/0 not/0 now/0 nth/1 nth/2 nulls/0 numbers/0 objects/0 path/1 paths/0 paths/1 pow/2 range/1 range/2
        range/3 recurse/0 recurse/1 recurse/2 recurse_down/0 reverse/0 rindex/1 round/0 rtrimstr/1 scalars/0 scan/1 scan/2 select/1
        setpath/2 sin/0 sinh/0 sort/0 sort_by/1 split/1 split/2 splits/1 splits/2 sqrt/0 startswith/1 strings/0 sub/2 sub/3 tan/0
        tanh/0 test/1 test/2 to_entries/0 todateiso8601/0 tojson/0 tonumber/0 tostring/0 transpose/0 type/0 unique/0 unique_by/1
        until/2 utf8bytelength/0 values/0 walk/1 while/2 with_entries/1
        """.ReplaceLineEndings(" "));
}
