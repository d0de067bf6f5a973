using System.Text.Json;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Syntax;
using Kestra.Expressions.Yaml;
using Kestra.Ion;
using YamlException = YamlDotNet.Core.YamlException;

namespace Kestra.Expressions.Functions;

/// <summary>Texts read as JSON, YAML and Ion, and texts rendered.</summary>
internal static class ParsingFunctions
{
    public static IEnumerable<(string Name, Function Function)> All { get; } =
    [
        ("fromJson", new Function(["json"], FromJson)),
        ("json", new Function(["json"], FromJson)),
        ("yaml", new Function(["yaml"], FromYaml)),
        ("fromIon", new Function(["ion", "allRows"], FromIon)),
        ("render", new Function(["toRender", "recursive"], static arguments => Render(arguments, Recursive(arguments["recursive"])), IsOutside: true)),
        ("renderOnce", new Function(["toRender"], static arguments => Render(arguments, recursive: false), IsOutside: true)),
    ];

    private static object? FromJson(Arguments arguments)
    {
        if (Text(arguments, "fromJson", "json") is not { } text)
        {
            return null;
        }

        try
        {
            return ValueJson.ReadFirst(text);
        }
        catch (JsonException error)
        {
            throw new EvaluationException($"Invalid json: {error.Message}", error);
        }
    }

    private static object? FromYaml(Arguments arguments)
    {
        var text = Text(arguments, "yaml", "yaml") ?? throw new EvaluationException("The 'yaml' function expects an argument 'yaml' with type string.");
        try
        {
            return YamlValues.ReadFirst(text, arguments.Frame.Options.DepthLimit);
        }
        catch (YamlException error)
        {
            throw new EvaluationException($"Invalid yaml: {error.Message}", error);
        }
    }

    private static object? FromIon(Arguments arguments)
    {
        var all = arguments["allRows"] switch { null => false, bool flag => flag, _ => throw new ConversionException("allRows has to be true or false") };
        if (Text(arguments, "fromIon", "ion") is not { } text)
        {
            return null;
        }

        try
        {
            using var reader = new StringReader(text);
            var rows = new List<object?>();
            foreach (var row in IonText.ReadAll(reader))
            {
                rows.Add(row ?? throw new EvaluationException("Invalid ion: t is null in sink.next(t)"));
                if (!all)
                {
                    break;
                }
            }

            return all ? rows : rows.FirstOrDefault();
        }
        catch (IonException error)
        {
            throw new EvaluationException($"Invalid ion: {error.Message}", error);
        }
    }

    // Null for null.
    private static string? Text(Arguments arguments, string function, string name)
    {
        if (!arguments.Has(name))
        {
            throw new EvaluationException($"The '{function}' function expects an argument '{name}'.");
        }

        return arguments[name] switch
        {
            null => null,
            string text => text,
            _ => throw new EvaluationException($"The '{function}' function expects an argument '{name}' with type string."),
        };
    }

    private static bool Recursive(object? value) => value switch
    {
        null => true,
        bool flag => flag,
        _ => throw new EvaluationException("The 'render' function expects an optional argument 'recursive' with type boolean."),
    };

    private static object? Render(Arguments arguments, bool recursive)
    {
        if (!arguments.Has("toRender"))
        {
            throw new EvaluationException("The 'render' function expects an argument 'toRender'.");
        }

        var (frame, value) = (arguments.Frame, arguments["toRender"]);
        try
        {
            return frame.Deeper(() => frame.Engine.RenderValue(value, frame.Inner(), recursive));
        }
        catch (ExpressionException error) when (error is not ExpressionLimitException)
        {
            throw SyntaxErrors.Rendered(error);
        }
    }
}
