namespace Kestra.Jq.Tests;

/// <summary>Each limit holds, cannot be caught, and nothing else ends the process.</summary>
public sealed class LimitTests
{
    private static readonly JqLimits Small = new()
    {
        ProgramLength = 2_000,
        Nesting = 50,
        Steps = 100_000,
        Depth = 200,
        Outputs = 10,
        ValueDepth = 30,
        TextLength = 1_000,
        ArrayLength = 500,
        RegexTime = TimeSpan.FromMilliseconds(100),
    };

    [Theory]
    [InlineData("[range(1000000)] | length")]
    [InlineData("last(range(100000000))")]
    [InlineData("def f: f; f")]
    [InlineData("def f: 1 + f; f")]
    [InlineData("def f(g): f(g | g); f(.)")]
    [InlineData("reduce range(40) as $i (\"aa\"; . + .)")]
    [InlineData("reduce range(40) as $i ([1, 2]; . + .)")]
    [InlineData("reduce range(40) as $i (\"aa\"; \"\\(.)\\(.)\")")]
    [InlineData("\"a\" * 1000000000")]
    [InlineData(".[1000000000] = 1")]
    [InlineData("[limit(100000; recurse(. + 1))]")]
    [InlineData("last(recurse(.))")]
    [InlineData("until(false; .)")]
    [InlineData("[while(true; .)]")]
    [InlineData("range(20)")]
    [InlineData("reduce range(100) as $i (null; [.])")]
    [InlineData("reduce range(100) as $i (null; {a: .})")]
    [InlineData("[[range(10)] | combinations(8)] | length")]
    [InlineData("\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\" | test(\"^(a|aa)+$\")")]
    [InlineData("\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\" | try test(\"^(a+)+$\") catch 1")]
    [InlineData("try (def f: f; f) catch 1")]
    [InlineData("[.[]?, (def f: f; f)?]")]
    [InlineData("label $x | (def f: f; f)")]
    [InlineData("[range(400)] | join(\"0123456789\")")]
    [InlineData("[range(400) | tostring * 30] | add")]
    [InlineData("[range(400) | tostring * 30] | tojson")]
    [InlineData("([range(30)] | map(\"x\")) as $l | [range(400)] | map($l[]) | length")]
    [InlineData("\"abc\" | gsub(\"b\"; \"0123456789\" * 99 | . + .)")]
    public void A_run_ends_at_its_limit(string program)
    {
        var error = Should.Throw<JqException>(() => JqProgram.Parse(program, Small, JqDialect.Jq16).Run(null).Count());

        error.Kind.ShouldBe(JqErrorKind.Limit, error.Message);
    }

    [Theory]
    [InlineData("(", 1_000)]
    [InlineData("[", 1_000)]
    [InlineData("{a:", 600)]
    [InlineData("-", 1_000)]
    [InlineData("if ", 600)]
    [InlineData("try ", 400)]
    [InlineData("\"\\(", 600)]
    [InlineData("1+", 900)]
    [InlineData(".a", 900)]
    [InlineData(".|", 900)]
    [InlineData("def f: ", 200)]
    [InlineData("reduce ", 280)]
    [InlineData(".[", 900)]
    [InlineData("1,", 3_000)]
    public void A_program_is_held_to_length_and_nesting(string part, int times)
    {
        var program = string.Concat(Enumerable.Repeat(part, times)) + "1";

        Should.Throw<JqException>(() => JqProgram.Parse(program, Small)).Kind.ShouldBe(part is "reduce " ? JqErrorKind.Syntax : JqErrorKind.Limit);
    }

    [Fact]
    public void A_pattern_is_held_to_the_nesting() =>
        Should.Throw<JqException>(() => JqProgram.Parse($". as {new string('[', 100)}$x{new string(']', 100)} | 1", Small)).Kind.ShouldBe(JqErrorKind.Limit);

    [Theory]
    [InlineData("def f(x): x | f(x + 1); 1 | f(.)")]
    [InlineData("def f: (1, f) | .; [f]")]
    [InlineData("reduce range(5000) as $i (null; [.])")]
    public void The_default_limits_fit_a_small_stack(string program)
    {
        JqErrorKind? kind = null;
        var thread = new Thread(() => kind = Should.Throw<JqException>(() => JqProgram.Parse(program).Run(null).Count()).Kind, 1536 * 1024);
        thread.Start();
        thread.Join();

        kind.ShouldBe(JqErrorKind.Limit);
    }

    [Fact]
    public void Long_chains_of_operators_run_within_the_default_limits()
    {
        string sum = string.Join('+', Enumerable.Repeat("1", 2_000)), pipe = string.Join('|', Enumerable.Repeat(".+1", 1_200));

        JqProgram.Parse(sum).Run(0).ShouldBe([2_000]);
        JqProgram.Parse(pipe).Run(0).ShouldBe([1_200]);
        JqProgram.Parse($"[{string.Join(',', Enumerable.Range(0, 50_000))}] | length").Run(null).ShouldBe([50_000]);
    }

    [Fact]
    public void Results_come_lazily()
    {
        JqProgram.Parse("recurse(. + 1)").Run(0).Take(3).ShouldBe([0, 1, 2]);
        JqProgram.Parse("1, error(\"late\")").Run(0).First().ShouldBe(1);
    }

    [Fact]
    public void A_run_ends_when_it_is_cancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Should.Throw<OperationCanceledException>(() => JqProgram.Parse("last(range(1000000))").Run(null, source.Token).Count());
    }

    [Fact]
    public void Every_run_has_its_own_budget()
    {
        var program = JqProgram.Parse("[range(400)] | length", Small);

        Enumerable.Range(0, 1_000).All(_ => program.Run(null).Single() is 400).ShouldBeTrue();
    }
}
