using System.Text.Json;
using Kestra.Expressions.Values;
using Kestra.Model.Json;

namespace Kestra.Expressions;

/// <summary>Evaluates expressions given as JSON lines: what <c>kestra expression eval</c> does.</summary>
public static class ExpressionEvaluation
{
    /// <summary>
    /// Reads <c>{id, expression, context, typed, recursive}</c> a line and writes <c>{id, result}</c> or <c>{id, error}</c> a line, in order.
    /// </summary>
    /// <returns>The number of lines that were evaluated; empty ones don't count.</returns>
    public static async Task<int> RunLinesAsync(TextReader input, TextWriter output, ExpressionEngine engine, IExpressionHost? host, CancellationToken cancellationToken)
    {
        var evaluated = 0;
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                await output.WriteLineAsync(Evaluate(line, engine, host, cancellationToken).AsMemory(), cancellationToken);
                evaluated++;
            }
        }

        await output.FlushAsync(cancellationToken);
        return evaluated;
    }

    /// <summary>One line.</summary>
    /// <param name="host">Null for a host without an outside.</param>
    public static string Evaluate(string line, ExpressionEngine engine, IExpressionHost? host, CancellationToken cancellationToken)
    {
        var answer = new OrderedDictionary<string, object?>();
        try
        {
            using var document = Line(line);
            var root = document.RootElement;
            if (root.TryGetProperty("id", out var id))
            {
                answer["id"] = ModelJson.ReadValue(id);
            }

            var context = Context(root);
            var scope = new RenderContext(context, host ?? new DetachedHost(context), cancellationToken);
            var expression = root.TryGetProperty("expression", out var text) ? ModelJson.ReadValue(text) : throw new FormatException("The line has no 'expression'.");
            answer["result"] = Evaluate(expression, Flag(root, "typed"), Flag(root, "recursive"), engine, scope);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            answer["error"] = error.Message;
        }

        return ValueJson.WriteWithNulls(answer);
    }

    /// <summary>One expression: a text, or a list or map of them.</summary>
    public static object? Evaluate(object? expression, bool typed, bool recursive, ExpressionEngine engine, RenderContext scope) => (expression, typed, recursive) switch
    {
        (string text, true, true) => engine.RenderTypedRecursively(text, scope),
        (string text, true, false) => engine.RenderTyped(text, scope),
        _ => engine.RenderValue(expression, scope, recursive),
    };

    private static JsonDocument Line(string line)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(line, ModelJson.DocumentOptions);
        }
        catch (JsonException error)
        {
            throw new FormatException($"The line is not JSON: {error.Message}", error);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        var kind = document.RootElement.ValueKind;
        document.Dispose();
        throw new FormatException($"The line has to be a JSON object with an 'expression', not {Named(kind)}.");
    }

    private static IReadOnlyDictionary<string, object?> Context(JsonElement root)
    {
        if (!root.TryGetProperty("context", out var given) || given.ValueKind == JsonValueKind.Null)
        {
            return new OrderedDictionary<string, object?>();
        }

        return ModelJson.ReadValue(given) as IReadOnlyDictionary<string, object?> ?? throw new FormatException($"'context' has to be a map of variables, not {Named(given.ValueKind)}.");
    }

    private static bool Flag(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        var other => throw new FormatException($"'{name}' has to be true or false, not {Named(other)}."),
    };

    private static string Named(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "a map",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };
}
