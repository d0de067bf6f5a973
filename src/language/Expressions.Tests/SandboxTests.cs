using Shouldly;
using Xunit;

namespace Kestra.Expressions.Tests;

/// <summary>Nothing of the platform can be reached, and data is never taken for an expression.</summary>
public sealed class SandboxTests
{
    private sealed class Secretive
    {
        public string Password { get; } = "secret";

        public override string ToString() => "Secretive";
    }

    [Theory]
    [InlineData("{{ s.getClass() }}")]
    [InlineData("{{ s.class }}")]
    [InlineData("{{ s.class.classLoader }}")]
    [InlineData("{{ l.getClass().forName('java.lang.Runtime') }}")]
    [InlineData("{{ n.wait() }}")]
    [InlineData("{{ s.notifyAll() }}")]
    public void Doors_of_the_original_are_closed(string template) =>
        Should.Throw<ExpressionException>(() => Engines.Render(template, """{"s":"a","l":[1],"n":1}""")).Message.ShouldContain("For security reasons access to");

    [Theory]
    [InlineData("{{ s.GetType() }}")]
    [InlineData("{{ s.GetType }}")]
    [InlineData("{{ s.Length }}")]
    [InlineData("{{ s.Chars }}")]
    [InlineData("{{ l.Capacity }}")]
    [InlineData("{{ l.Clear() }}")]
    [InlineData("{{ n.GetHashCode() }}")]
    [InlineData("{{ m.Comparer }}")]
    [InlineData("{{ m.Clear() }}")]
    public void Members_of_the_runtime_do_not_exist(string template) =>
        Should.Throw<MissingVariableException>(() => Engines.Render(template, """{"s":"a","l":[1],"n":1,"m":{}}"""));

    [Fact]
    public void Objects_that_are_no_values_have_no_members()
    {
        var context = new RenderContext(new Dictionary<string, object?> { ["o"] = new Secretive() });
        Should.Throw<ExpressionException>(() => Engines.Plain.Render("{{ o.Password }}", context));
        Should.Throw<ExpressionException>(() => Engines.Plain.Render("{{ o.password }}", context));
        Should.Throw<ExpressionException>(() => Engines.Plain.Render("{{ o['Password'] }}", context));
    }

    [Theory]
    [InlineData("{{ a }}", "{{ kv('x') }}")]
    [InlineData("{{ a ~ '' }}", "{{ kv('x') }}")]
    [InlineData("{{ [a] | join }}", "{{ kv('x') }}")]
    [InlineData("{% for i in [a] %}{{ i }}{% endfor %}", "{{ kv('x') }}")]
    [InlineData("{% set b = a %}{{ b }}", "{{ kv('x') }}")]
    [InlineData("{{ '{{' ~ ' 1 }}' }}", "{{ 1 }}")]
    public void Data_is_not_rendered_unless_asked_for(string template, string expected) => Engines.Render(template, """{"a":"{{ kv('x') }}"}""").ShouldBe(expected);

    [Fact]
    public void Variables_are_never_changed()
    {
        var variables = Engines.Variables("""{"l":[3,1,2],"m":{"k":[2,1]}}""");
        var context = new RenderContext(variables);
        Engines.Plain.Render("{% set x = l + 4 %}{{ l }}{{ m.k | sort }}{{ l | reverse }}{{ m.k.add(5) }}{{ m }}", context).ShouldBe("[3,1,2,4][1,2][4,2,1,3]true{\"k\":[1,2,5]}");
        ValueJson.Write(variables).ShouldBe("""{"l":[3,1,2],"m":{"k":[2,1]}}""");
        Engines.Plain.Render("{{ l }}{{ m }}", context).ShouldBe("[3,1,2]{\"k\":[2,1]}");
    }

    [Theory]
    [InlineData("{% set c = [l] %}{% set x = l + 4 %}{{ c }}{{ c | length }}{{ c ~ '' }}", "[[3,1,2,4]]1[[3, 1, 2, 4]]")]
    [InlineData("{{ [l, l + 4] }}", "[[3,1,2,4],[3,1,2,4]]")]
    [InlineData("{% set c = {'k': l} %}{{ l | sort | first }}{{ c }}", "1{\"k\":[1,2,3]}")]
    [InlineData("{% for i in l %}{% if loop.last %}{% set x = l - i %}{% endif %}{{ i }}{% endfor %}", null)]
    [InlineData("{% for i in l %}{% if loop.first %}{% set x = l + i %}{% endif %}{{ i }}{% endfor %}", null)]
    [InlineData("{% for i in l %}{% if loop.last %}{{ l | sort }}{% endif %}{{ i }}{% endfor %}", "31[1,2,3]2")]
    public void A_list_that_is_changed_in_place_is_changed_wherever_it_is_seen(string template, string? expected)
    {
        if (expected is null)
        {
            Should.Throw<ExpressionException>(() => Engines.Render(template, """{"l":[3,1,2]}""")).Message.ShouldContain("changed inside its own loop");
            return;
        }

        Engines.Render(template, """{"l":[3,1,2]}""").ShouldBe(expected);
    }
}
