using Shouldly;
using Xunit;

namespace Kestra.Expressions.Tests;

/// <summary>Each way to exceed a limit ends with an error that names it, and nothing in the language swallows that error.</summary>
public sealed class LimitTests
{
    private static readonly string Nested = new('[', 300);

    [Theory]
    [InlineData("{% for a in 1..100 %}{% for b in 1..100 %}{% endfor %}{% endfor %}")]
    [InlineData("{% macro f(n) %}{{ f(n + 1) }}{{ f(n + 1) }}{% endmacro %}{{ f(1) }}")]
    [InlineData("{% set l = 1..900 %}{% for i in 1..900 %}{{ l | sort | first }}{% endfor %}")]
    [InlineData("{% set l = 1..900 %}{% for i in l %}{{ l contains 0 }}{% endfor %}")]
    [InlineData("{% for a in 1..100 %}{{ render('{{ 1 + 1 }}{{ 2 + 2 }}{{ 3 * 3 }}{{ 4 - 4 }}{{ 5 }}{{ \"x\" | upper }}{{ 1..20 | join }}') }}{% endfor %}")]
    public void Steps(string template) =>
        Should.Throw<ExpressionLimitException>(() => new ExpressionOptions { StepLimit = 2000 }.Render(template)).Message.ShouldMatch("2000 steps|deeper than 200");

    [Theory]
    [InlineData("{% for i in 1..2000 %}x{% endfor %}")]
    [InlineData("{{ s }}{{ s }}{{ s }}")]
    [InlineData("{% set x = s %}{% for i in 1..40 %}{% set x = x ~ x %}{% endfor %}{{ x | length }}")]
    [InlineData("{% set x = s %}{% for i in 1..40 %}{% set x = x + x %}{% endfor %}{{ x | length }}")]
    [InlineData("{% set x = s %}{% for i in 1..40 %}{% set x = \"#{x}, #{x}\" %}{% endfor %}{{ x | length }}")]
    [InlineData("{{ s | replace({'a': s}) | length }}")]
    [InlineData("{{ s | replace({'': s}) | length }}")]
    [InlineData("{{ s | replace({'a': s}, regexp=true) | length }}")]
    [InlineData("{{ s | escapeChar('single') | replace({'a': \"'''''\"}) | escapeChar('shell') | length }}")]
    [InlineData("{{ 'a' | indent(2000, s) | length }}")]
    [InlineData("{{ 'a' | nindent(2000) | length }}")]
    [InlineData("{{ (1..900) | join(s) | length }}")]
    [InlineData("{% macro m() %}{{ s1 }}{% for i in 1..2000 %}x{% endfor %}{% endmacro %}{{ m() | length }}")]
    [InlineData("{% filter length %}{% for i in 1..2000 %}x{% endfor %}{% endfilter %}")]
    public void Output(string template)
    {
        var error = Should.Throw<ExpressionException>(() => new ExpressionOptions { OutputLimit = 1000 }.Render(template.Replace("{{ s1 }}", ""), $$"""{"s":"{{new string('a', 500)}}"}"""));
        error.ShouldBeOfType<ExpressionLimitException>().Message.ShouldBe("The rendered text is longer than 1000 characters");
    }

    [Theory]
    [InlineData("{{ (1..200) | length }}")]
    [InlineData("{{ range(0, 9223372036854775807, 1) | length }}")]
    [InlineData("{{ range(9223372036854775807, 0, -1) | length }}")]
    [InlineData("{% set l = [1] %}{% for i in 1..20 %}{% set l = l + l %}{% endfor %}{{ l | length }}")]
    [InlineData("{% set l = [1, 2, 3, 4] %}{% for i in 1..20 %}{% set l = [l, l, l] | flatten %}{% endfor %}{{ l | length }}")]
    public void Lists(string template) =>
        Should.Throw<ExpressionLimitException>(() => new ExpressionOptions { ListLimit = 100 }.Render(template)).Message.ShouldBe("A list has more than 100 elements");

    [Theory]
    [InlineData("{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(1) }}")]
    [InlineData("{% block a %}{{ block('a') }}{% endblock %}")]
    public void Calls_inside_each_other(string template) =>
        Should.Throw<ExpressionLimitException>(() => Engines.Render(template)).Message.ShouldBe("Macros and render() go deeper than 200 levels");

    [Fact]
    public void Renderings_inside_each_other() =>
        Should.Throw<ExpressionLimitException>(() => Engines.Render("{{ render(a) }}", """{"a":"{{ render(a) }}x"}""")).Message.ShouldBe("Macros and render() go deeper than 200 levels");

    public static TheoryData<string> Deep =>
    [
        "{{ " + Nested + "1" + new string(']', 300) + " }}",
        "{{ " + new string('(', 300) + "1" + new string(')', 300) + " }}",
        "{{ " + string.Concat(Enumerable.Repeat("{'a':", 300)) + "1" + new string('}', 300) + " }}",
        "{{ " + string.Concat(Enumerable.Repeat("not ", 300)) + "true }}",
        "{{ " + string.Concat(Enumerable.Repeat("- ", 300)) + "1 }}",
        "{{ " + string.Concat(Enumerable.Repeat("true ? 1 : ", 300)) + "1 }}",
        string.Concat(Enumerable.Repeat("{% if true %}", 300)) + string.Concat(Enumerable.Repeat("{% endif %}", 300)),
        "{{ " + string.Concat(Enumerable.Repeat("\"#{", 300)) + "1" + string.Concat(Enumerable.Repeat("}\"", 300)) + " }}",
        "{{ " + string.Concat(Enumerable.Repeat("max(", 300)) + "1" + new string(')', 300) + " }}",
    ];

    [Theory]
    [MemberData(nameof(Deep))]
    public void Nesting(string template) => Should.Throw<ExpressionException>(() => Engines.Render(template)).Message.ShouldContain("nested deeper than 200 levels");

    [Theory]
    [InlineData(" + 1")]
    [InlineData(" | abs")]
    [InlineData(" ?? 1")]
    [InlineData(".a")]
    [InlineData("[0]")]
    [InlineData(" is null")]
    [InlineData(" == 1")]
    public void Chains(string link) =>
        Should.Throw<ExpressionException>(() => Engines.Render("{{ x" + string.Concat(Enumerable.Repeat(link, 20_000)) + " }}")).Message.ShouldContain("more than 1000 operators");

    [Fact]
    public void A_concatenation_is_one_operator_however_long_it_is() =>
        Engines.Render("{{ 'a'" + string.Concat(Enumerable.Repeat(" ~ 'a'", 5000)) + " }}").Length.ShouldBe(5001);

    [Fact]
    public void Passes_of_recursive_rendering() => Should.Throw<ExpressionException>(() =>
        new ExpressionEngine(new ExpressionOptions { RecursionLimit = 3 }).RenderRecursively("{{ a }}", new RenderContext(Engines.Variables("""{"a":"{{ b }}","b":"{{ c }}","c":"{{ d }}","d":"1"}""")))).Message.ShouldBe("Too many rendering attempts");

    [Theory]
    [InlineData("{{ s | split('(a+)+$') | length }}")]
    [InlineData("{{ s | replace({'(a+)+$': ''}, regexp=true) }}")]
    [InlineData("{{ s.matches('(a+)+$') }}")]
    public void Time_of_a_regular_expression(string template) =>
        Should.Throw<ExpressionLimitException>(() => new ExpressionOptions { RegexTimeout = TimeSpan.FromMilliseconds(20) }.Render(template, $$"""{"s":"{{new string('a', 40)}}b"}""")).Message.ShouldEndWith("takes longer than 20 ms");

    [Theory]
    [InlineData("{{ fromJson(s) | length }}", "[", "]")]
    [InlineData("{{ yaml(s) | length }}", "[", "]")]
    [InlineData("{{ fromIon(s) | length }}", "[", "]")]
    public void Nesting_of_data(string template, string open, string close)
    {
        var text = string.Concat(Enumerable.Repeat(open, 5000)) + string.Concat(Enumerable.Repeat(close, 5000));
        Should.Throw<ExpressionException>(() => Engines.Render(template, $$"""{"s":"{{text}}"}"""));
    }

    [Theory]
    [InlineData("{% set l = [1] %}{{ l + [l] }}{{ l + [l] }}{{ l }}")]
    [InlineData("{% set l = [1] %}{% for i in 1..10 %}{% set x = l + [[l]] %}{% endfor %}{{ l }}{{ l == l }}{{ l | toJson }}{{ l | yaml }}{{ l | distinct }}")]
    public void A_list_that_contains_itself(string template) => Should.Throw<ExpressionException>(() => Engines.Render(template));

    [Theory]
    [InlineData("{{ missing ?? %X }}")]
    [InlineData("{{ (%X) ?? 1 }}")]
    [InlineData("{{ (%X) | default(1) }}")]
    [InlineData("{{ (%X) is defined }}")]
    [InlineData("{{ 1 + (%X) }}")]
    [InlineData("{{ 1 == (%X) }}")]
    [InlineData("{% if (%X) %}a{% endif %}")]
    [InlineData("{{ render('{{ %X }}') }}")]
    public void No_operator_swallows_a_limit(string template) =>
        Should.Throw<ExpressionLimitException>(() => new ExpressionOptions { ListLimit = 100 }.Render(template.Replace("%X", "1..200")));

    [Theory]
    [InlineData("{{ 1 | jq('[range(1000000)] | length') }}")]
    [InlineData("{{ missing ?? (1 | jq('last(range(1000000000))')) }}")]
    public void A_jq_program(string template) => Should.Throw<ExpressionLimitException>(() =>
        new ExpressionOptions { Jq = Jq.JqLimits.Default with { Steps = 10_000 } }.Render(template)).Message.ShouldStartWith("The jq program '");

    [Fact]
    public void A_rendering_can_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Should.Throw<OperationCanceledException>(() =>
            Engines.Plain.Render("{% for i in 1..100000 %}{% if i == (1 + missing) %}{% endif %}{% endfor %}", new RenderContext(Engines.Variables("{}"), null, cancelled.Token)));
    }

    [Fact]
    public void Templates_are_kept_up_to_a_number_and_a_length()
    {
        var engine = new ExpressionEngine(new ExpressionOptions { CacheSize = 10, CachedLength = 20 });
        engine.Parse("{{ a }}").ShouldBeSameAs(engine.Parse("{{ a }}"));
        var text = "{{ 'a long text that is not kept' }}";
        engine.Parse(text).ShouldNotBeSameAs(engine.Parse(text));
        var first = engine.Parse("{{ 0 }}");
        for (var index = 1; index < 30; index++)
        {
            engine.Parse($"{{{{ {index} }}}}");
        }

        engine.Parse("{{ 0 }}").ShouldNotBeSameAs(first);
    }

    [Fact]
    public void A_template_that_is_in_use_is_kept_while_others_come_and_go()
    {
        var engine = new ExpressionEngine(new ExpressionOptions { CacheSize = 10 });
        var first = engine.Parse("{{ 0 }}");
        for (var index = 1; index < 100; index++)
        {
            engine.Parse($"{{{{ {index} }}}}");
            engine.Parse("{{ 0 }}").ShouldBeSameAs(first);
        }
    }
}
