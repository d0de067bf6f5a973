using System.Text;
using System.Text.Json;
using Kestra.Expressions.Values;
using Kestra.Model.Json;

namespace Kestra.Expressions;

/// <summary>Values as compact JSON text and back. Null entries of maps are left out, nulls in lists stay.</summary>
public static class ValueJson
{
    public static string Write(object? value) => Write(value, keepNulls: false);

    /// <summary>With the null entries of maps.</summary>
    public static string WriteWithNulls(object? value) => Write(value, keepNulls: true);

    /// <summary>The first JSON value of a text; what follows it is not looked at.</summary>
    /// <exception cref="JsonException">The text does not begin with a JSON value.</exception>
    public static object? ReadFirst(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, isFinalBlock: true, new JsonReaderState(new JsonReaderOptions { MaxDepth = 512, AllowMultipleValues = true }));
        if (!reader.Read())
        {
            throw new JsonException("No content to map due to end-of-input");
        }

        using var document = JsonDocument.ParseValue(ref reader);
        return ModelJson.ReadValue(document.RootElement);
    }

    private static string Write(object? value, bool keepNulls)
    {
        var text = new StringBuilder();
        new ValueJsonWriter(text, keepNulls).Write(value);
        return text.ToString();
    }
}
