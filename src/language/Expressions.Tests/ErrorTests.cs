using Shouldly;
using Xunit;

namespace Kestra.Expressions.Tests;

/// <summary>What an error tells besides its message: the place, and what was probably meant.</summary>
public sealed class ErrorTests
{
    private const string Variables = """{"inputs":{"name":"x","number":1},"outputs":{"load":{"value":1}}}""";

    [Theory]
    [InlineData("{{ inputz }}", 1, 4)]
    [InlineData("a\n  {{ inputs.nam }}", 2, 13)]
    [InlineData("a\nb {{ 1 + [] }}", 2, 8)]
    [InlineData("{{ 'a' | uper }}", 1, 10)]
    [InlineData("{{ nofunction() }}", 1, 4)]
    [InlineData("{{ 1 +\n }}", 2, 2)]
    [InlineData("x\n{% foo %}", 2, 4)]
    public void Place(string template, int line, int column)
    {
        var error = Should.Throw<ExpressionException>(() => Engines.Render(template, Variables));
        (error.Line, error.Column).ShouldBe((line, column), error.Message);
        error.Expression.ShouldBe(template);
    }

    [Theory]
    [InlineData("{{ inputz }}", "Did you mean `inputs`?")]
    [InlineData("{{ inputs.nam }}", "Did you mean `name`?")]
    [InlineData("{{ inputs.Name }}", "Did you mean `name`?")]
    [InlineData("{{ outputs.laod.value }}", "Did you mean `load`?")]
    [InlineData("{{ 'a' | uper }}", "Did you mean `upper`?")]
    [InlineData("{{ 'a' | toJSON }}", "Did you mean `toJson`?")]
    [InlineData("{{ fromjson('1') }}", "Did you mean `fromJson`?")]
    [InlineData("{{ 1 is evn }}", "Did you mean `even`?")]
    [InlineData("{{ 'a' | date(formt='x') }}", "Did you mean `format`?")]
    [InlineData("{% macro greet() %}{% endmacro %}{{ gret() }}", "Did you mean `greet`?")]
    [InlineData("{{ render('{{ inputz }}') }}", "Did you mean `inputs`?")]
    [InlineData("{{ somethingElse }}", null)]
    public void Nearest_name(string template, string? hint) => Should.Throw<ExpressionException>(() => Engines.Render(template, Variables)).Hint.ShouldBe(hint);

    [Fact]
    public void Names_that_do_not_exist_are_known_before_rendering()
    {
        var template = Engines.Plain.Parse("{{ 1 }}\n{% if false %}{{ 'a' | uper }}{{ x is evn }}{{ fromjson('1') }}{% endif %}{{ m() }}{% macro m() %}{% endmacro %}");
        template.Warnings.Select(warning => (warning.Message, warning.Line, warning.Hint)).ShouldBe(
        [
            ("Filter [uper] does not exist.", 2, "Did you mean `upper`?"),
            ("Test [evn] does not exist.", 2, "Did you mean `even`?"),
            ("Function or Macro [fromjson] does not exist.", 2, "Did you mean `fromJson`?"),
        ]);
        template.Render(new RenderContext(Engines.Variables("{}"))).ShouldBe("1\n");
    }

    [Fact]
    public void Nothing_but_an_error_of_the_expression_leaves_a_rendering()
    {
        Should.Throw<ExpressionException>(() => Engines.Render("{{ '' | first }}")).InnerException.ShouldNotBeNull();
        Should.Throw<ExpressionException>(() => Engines.Render("{{ 'x' | number }}")).Message.ShouldStartWith("x is not a valid number.");
    }
}
