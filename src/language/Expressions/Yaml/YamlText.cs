using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Yaml;

/// <summary>Writes values as block YAML in the layout that users know from the filter <c>yaml</c>.</summary>
internal sealed class YamlText
{
    private const int Step = 2;
    private const int Limit = 256 * 1024 * 1024;

    private readonly StringBuilder output = new();

    public static string Write(object value)
    {
        var text = new YamlText();
        switch (Shaped(value))
        {
            case string { Length: 0 }:
                text.output.Append("--- \"\"\n");
                break;
            case IReadOnlyDictionary<string, object?> { Count: > 0 } map:
                text.Map(map, 0);
                break;
            case IReadOnlyCollection<object?> { Count: > 0 } list and not IReadOnlyDictionary<string, object?>:
                text.List(list, 0);
                break;
            case var scalar:
                text.Leaf(scalar, 0);
                break;
        }

        return text.output.ToString();
    }

    // What exists in the language only becomes the map or text that it stands for.
    private static object? Shaped(object? value) => value switch
    {
        char or SafeString => ValueText.Java(value),
        MapEntry or LoopValue or BeanValue or ContextValue => ValueExport.Of(value),
        _ => value,
    };

    private void Map(IReadOnlyDictionary<string, object?> map, int indent)
    {
        foreach (var (key, value) in map)
        {
            Check();
            Indent(indent);
            if (YamlScalar.IsSimpleKey(key))
            {
                output.Append(YamlScalar.Key(key)).Append(':');
            }
            else
            {
                output.Append("? ").Append(YamlScalar.DoubleQuoted(key)).Append('\n');
                Indent(indent);
                output.Append(':');
            }

            Child(value, indent, listIndent: indent);
        }
    }

    private void List(IReadOnlyCollection<object?> list, int indent)
    {
        foreach (var item in list)
        {
            Check();
            Indent(indent + 1);
            output.Append('-');
            Child(item, indent, listIndent: indent + Step);
        }
    }

    // After a key or a dash.
    private void Child(object? value, int indent, int listIndent)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (Shaped(value))
        {
            case IReadOnlyDictionary<string, object?> { Count: > 0 } map:
                output.Append('\n');
                Map(map, indent + Step);
                break;
            case IReadOnlyCollection<object?> { Count: > 0 } list and not IReadOnlyDictionary<string, object?>:
                output.Append('\n');
                List(list, listIndent);
                break;
            case var scalar:
                output.Append(' ');
                Leaf(scalar, indent);
                break;
        }
    }

    private void Leaf(object? value, int indent)
    {
        switch (value)
        {
            case null:
                output.Append("null");
                break;
            case IReadOnlyDictionary<string, object?>:
                output.Append("{}");
                break;
            case IReadOnlyCollection<object?>:
                output.Append("[]");
                break;
            case bool or int or long or double or float or decimal or BigInteger or JavaDecimal:
                output.Append(ValueText.Java(value));
                break;
            case byte[] bytes:
                output.Append(CultureInfo.InvariantCulture, $"!!binary |-\n{new string(' ', indent + Step)}{Convert.ToBase64String(bytes)}");
                break;
            default:
                var text = ValueText.Java(value);
                if (YamlScalar.IsBlock(text))
                {
                    Block(text, indent + Step);
                    return;
                }

                output.Append(YamlScalar.Value(text, indent + Step));
                break;
        }

        output.Append('\n');
    }

    private void Block(string text, int indent)
    {
        var keeps = text.EndsWith("\n\n", StringComparison.Ordinal) || text == "\n";
        output.Append('|')
            .Append(text[0] is ' ' or '\n' ? "2" : "")
            .Append(keeps ? "+" : text.EndsWith('\n') ? "" : "-")
            .Append('\n');
        var body = text.EndsWith('\n') ? text[..^1] : text;
        foreach (var line in body.Split('\n'))
        {
            if (line.Length > 0)
            {
                Indent(indent);
            }

            output.Append(line).Append('\n');
        }
    }

    private void Indent(int count) => output.Append(' ', count);

    private void Check()
    {
        if (output.Length > Limit)
        {
            throw new ExpressionLimitException($"The YAML of a value is longer than {Limit} characters");
        }
    }
}
