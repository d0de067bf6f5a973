using System.Text;
using Kestra.Jq.Runtime;
using Kestra.Jq.Values;

namespace Kestra.Jq.Functions;

/// <summary>Functions on texts, and those that turn values into texts and back.</summary>
internal static class TextFunctions
{
    public static IReadOnlyList<Function> All { get; } =
    [
        Make.Unary("tostring", (execution, input) => execution.ToText(input)),
        Make.Unary("tojson", (execution, input) => execution.ToJson(input)),
        Make.Unary("fromjson", FromJson),
        Make.Unary("tonumber", ToNumber),
        Make.Unary("ascii_downcase", (execution, input) => MapAscii(execution, input, "ascii_downcase", char.IsAsciiLetterUpper, char.ToLowerInvariant)),
        Make.Unary("ascii_upcase", (execution, input) => MapAscii(execution, input, "ascii_upcase", char.IsAsciiLetterLower, char.ToUpperInvariant)),
        Make.Unary("explode", Explode),
        Make.Unary("implode", Implode),
        Make.Unary("utf8bytelength", (execution, input) => Encoding.UTF8.GetByteCount(
            input as string ?? throw JqException.Runtime($"{execution.Describe(input)} only strings have UTF-8 byte length"))),
        Make.Of("ltrimstr", 1, (_, input, arguments) => input is string text && arguments[0] is string start && text.StartsWith(start, StringComparison.Ordinal)
            ? text[start.Length..]
            : input),
        Make.Of("rtrimstr", 1, (_, input, arguments) => input is string text && arguments[0] is string end && text.EndsWith(end, StringComparison.Ordinal)
            ? text[..^end.Length]
            : input),
        Make.Of("startswith", 1, (_, input, arguments) => input is string text && arguments[0] is string start
            ? text.StartsWith(start, StringComparison.Ordinal)
            : throw JqException.Runtime("startswith() requires string inputs")),
        Make.Of("endswith", 1, (_, input, arguments) => input is string text && arguments[0] is string end
            ? text.EndsWith(end, StringComparison.Ordinal)
            : throw JqException.Runtime("endswith() requires string inputs")),
        Make.Of("split", 1, (execution, input, arguments) => input is string text && arguments[0] is string separator
            ? Operations.Split(execution, text, separator)
            : throw JqException.Runtime("split input and separator must be strings")),
        Make.Of("indices", 1, Indices),
        Make.Of("format", 1, (execution, input, arguments) => Formats.Apply(
            execution,
            arguments[0] as string ?? throw JqException.Runtime($"{execution.Describe(arguments[0])} is not a valid format"),
            input), onlyInJq: true),
    ];

    private static object? FromJson(Execution execution, object? input)
    {
        var text = Require.Text(execution, input, "fromjson", () => $"{execution.Describe(input)} only strings can be parsed");
        execution.ChargeText(text.Length);
        execution.Charge(text.Length / 4);
        return JsonReader.Read(text, execution.Limits.ValueDepth);
    }

    private static object? ToNumber(Execution execution, object? input)
    {
        if (ValueKinds.IsNumber(input))
        {
            return input;
        }

        var text = input as string ?? throw JqException.Runtime($"{execution.Describe(input)} cannot be parsed as a number");
        execution.ChargeText(text.Length);
        return Numbers.TryParse(text.AsSpan().Trim(" \t\r\n"), out var number) ? number : throw JsonReader.NotANumber(text);
    }

    private static string MapAscii(Execution execution, object? input, string function, Predicate<char> applies, Func<char, char> map)
    {
        var text = Require.Text(execution, input, function, () => "explode input must be a string");
        execution.ChargeText(text.Length);
        return string.Create(text.Length, (text, applies, map), static (mapped, state) =>
        {
            for (var i = 0; i < mapped.Length; i++)
            {
                mapped[i] = state.applies(state.text[i]) ? state.map(state.text[i]) : state.text[i];
            }
        });
    }

    private static List<object?> Explode(Execution execution, object? input)
    {
        var text = Require.Text(execution, input, "explode", () => "explode input must be a string");
        execution.ChargeArray(text.Length);
        return [.. text.EnumerateRunes().Select(rune => (object?)rune.Value)];
    }

    private static string Implode(Execution execution, object? input)
    {
        var list = Require.Array(execution, input, "implode", () => "implode input must be an array");
        execution.ChargeText(list.Count);
        var text = new StringBuilder(list.Count);
        foreach (var item in list)
        {
            var code = ValueKinds.IsNumber(item) ? Numbers.Truncate(item!) : throw JqException.Runtime("Unicode codepoint must be numeric");
            var rune = code is >= 0 and <= 0x10FFFF && Rune.IsValid((int)code) ? new Rune((int)code) : Rune.ReplacementChar;
            text.Append(rune.ToString());
        }

        return text.ToString();
    }

    private static object? Indices(Execution execution, object? input, object?[] arguments) => (input, arguments[0]) switch
    {
        (string text, string wanted) => Search.Indices(execution, text, wanted),
        (IReadOnlyList<object?> list, IReadOnlyList<object?> wanted) when arguments[0] is not string => Search.Indices(execution, list, wanted),
        (IReadOnlyList<object?> list, _) when input is not string => Search.Indices(execution, list, [arguments[0]]),
        _ => Access.Index(execution, input, arguments[0]),
    };
}
