using Shouldly;
using Xunit;

namespace Kestra.Expressions.Tests;

/// <summary>Rules of the language that no recording covers.</summary>
public sealed class LanguageRuleTests
{
    [Theory]
    [InlineData("{{ false ? 1 : true ? 2 : 3 }}", "2")]
    [InlineData("{{ true ? false ? 1 : 2 : 3 }}", "2")]
    [InlineData("{{ 'YQ' | base64decode }}", "a")]
    [InlineData("{{ 'YQ==' | base64decode }}", "a")]
    public void An_expression_gives(string expression, string expected) => Engines.Render(expression).ShouldBe(expected);

    [Theory]
    [InlineData("{{ 'YQ=' | base64decode }}", "Please provide a correctly Base64 encoded string")]
    [InlineData("{{ 'YW Jj' | base64decode }}", "Please provide a correctly Base64 encoded string")]
    [InlineData("{{ 'a' | base64decode }}", "Please provide a correctly Base64 encoded string")]
    [InlineData("{{ range(1, 2, 'x') }}", "The increment of the range function must be a number x")]
    public void An_expression_fails_with(string expression, string expected) =>
        Should.Throw<ExpressionException>(() => Engines.Render(expression)).Message.ShouldContain(expected);

    [Theory]
    [InlineData("no json", """{"error":"The line is not JSON: """)]
    [InlineData("[1]", """{"error":"The line has to be a JSON object with an 'expression', not a list."}""")]
    [InlineData("""{"id":1}""", """{"id":1,"error":"The line has no 'expression'."}""")]
    [InlineData("""{"id":1,"expression":"x","context":5}""", """{"id":1,"error":"'context' has to be a map of variables, not a number."}""")]
    [InlineData("""{"id":1,"expression":"x","typed":"yes"}""", """{"id":1,"error":"'typed' has to be true or false, not a text."}""")]
    [InlineData("""{"id":1,"expression":"x","context":null,"typed":null}""", """{"id":1,"result":"x"}""")]
    public void A_line_is_answered_by_what_is_wrong_with_it(string line, string expected) =>
        ExpressionEvaluation.Evaluate(line, Engines.Plain, null, CancellationToken.None).ShouldStartWith(expected);
}
