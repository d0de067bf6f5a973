using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Kestra.Jq.Values;

/// <summary>Reads JSON into plain values: the smallest of int, long and big integer for whole numbers, double for all others.</summary>
internal static class JsonReader
{
    /// <exception cref="JqException">The text is not one JSON value.</exception>
    public static object? Read(string text, int maxDepth)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            reader.Read();
            var value = ReadValue(ref reader);
            return reader.Read() ? throw new JsonException("a second value follows the first") : value;
        }
        catch (JsonException error)
        {
            if (text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '+' or '.'))
            {
                throw NotANumber(text);
            }

            throw JqException.Runtime(
                $"Invalid JSON at line {(error.LineNumber ?? 0) + 1}, column {(error.BytePositionInLine ?? 0) + 1} (while parsing '{Shown(text)}')", error);
        }
    }

    /// <summary>The error of a text that is no number, and of JSON that is a bare word.</summary>
    public static JqException NotANumber(string text)
    {
        if (text.AsSpan().Trim().IsEmpty)
        {
            return JqException.Runtime($"Expected JSON value (while parsing '{Shown(text)}')");
        }

        var what = text[0] is 'n' or 't' or 'f' ? "Invalid literal" : "Invalid numeric literal";
        return JqException.Runtime($"{what} at EOF at line 1, column {Encoding.UTF8.GetByteCount(text)} (while parsing '{Shown(text)}')");
    }

    private static string Shown(string text) => text.Length > 100 ? text[..100] + "..." : text;

    private static object? ReadValue(ref Utf8JsonReader reader)
    {
        StackGuard.Check();
        return reader.TokenType switch
        {
            JsonTokenType.StartArray => ReadArray(ref reader),
            JsonTokenType.StartObject => ReadObject(ref reader),
            JsonTokenType.String => ReadText(ref reader),
            JsonTokenType.Number => ReadNumber(ref reader),
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => null,
        };
    }

    private static List<object?> ReadArray(ref Utf8JsonReader reader)
    {
        var items = new List<object?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(ReadValue(ref reader));
        }

        return items;
    }

    private static OrderedDictionary<string, object?> ReadObject(ref Utf8JsonReader reader)
    {
        var map = new OrderedDictionary<string, object?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = ReadText(ref reader);
            reader.Read();
            map[name] = ReadValue(ref reader);
        }

        return map;
    }

    private static string ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("half of a surrogate pair", error);
        }
    }

    private static object ReadNumber(ref Utf8JsonReader reader)
    {
        var digits = Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan);
        return Numbers.TryParse(digits, out var number) ? number : throw new JsonException("not a number");
    }
}
