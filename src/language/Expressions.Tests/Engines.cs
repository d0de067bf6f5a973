using Kestra.Model.Json;

namespace Kestra.Expressions.Tests;

/// <summary>Shorthand for tests.</summary>
internal static class Engines
{
    public static ExpressionEngine Plain { get; } = new();

    public static IReadOnlyDictionary<string, object?> Variables(string json) => (IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(System.Text.Encoding.UTF8.GetBytes(json))!;

    public static string Render(string template, string variables = "{}", IExpressionHost? host = null) => Plain.Render(template, new RenderContext(Variables(variables), host));

    public static string Render(this ExpressionOptions options, string template, string variables = "{}") =>
        new ExpressionEngine(options).Render(template, new RenderContext(Variables(variables)));
}
