using System.Buffers;
using System.Globalization;
using System.Numerics;
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

    private static string Write(object? value, bool keepNulls)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, ModelJson.WriterOptions))
        {
            Write(writer, value, keepNulls);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

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

    private static void Write(Utf8JsonWriter writer, object? value, bool keepNulls)
    {
        switch (value)
        {
            case string text:
                writer.WriteStringValue(text);
                break;
            case char character:
                writer.WriteStringValue(character.ToString());
                break;
            case SafeString safe:
                writer.WriteStringValue(safe.Text);
                break;
            case float number when float.IsFinite(number):
                writer.WriteRawValue(ValueText.FloatText(number), skipInputValidation: true);
                break;
            case decimal number:
                writer.WriteRawValue(number.ToString(CultureInfo.InvariantCulture), skipInputValidation: true);
                break;
            case BigInteger number:
                writer.WriteRawValue(number.ToString(CultureInfo.InvariantCulture), skipInputValidation: true);
                break;
            case MapEntry entry:
                writer.WriteStartObject();
                writer.WritePropertyName(ValueText.Java(entry.Key));
                Write(writer, entry.Value, keepNulls);
                writer.WriteEndObject();
                break;
            case IReadOnlyDictionary<string, object?> map:
                writer.WriteStartObject();
                foreach (var (key, item) in map)
                {
                    if (item is not null || keepNulls)
                    {
                        writer.WritePropertyName(key);
                        Write(writer, item, keepNulls);
                    }
                }

                writer.WriteEndObject();
                break;
            case IReadOnlyCollection<object?> items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    Write(writer, item, keepNulls);
                }

                writer.WriteEndArray();
                break;
            default:
                ModelJson.WriteValue(writer, value, JsonProfile.Internal);
                break;
        }
    }
}
