using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Kestra.Model.Json;

/// <summary>Copies JSON into the form in which its values would be written, without making values of it.</summary>
internal ref struct JsonCopier
{
    private const int LongestOnStack = 256;

    // A name of one of the open or closed objects: number of the object, hash of the name.
    private readonly HashSet<ulong> names;
    private readonly Stack<uint> open = new();
    private readonly Utf8JsonWriter writer;
    private Utf8JsonReader reader;
    private uint objects;

    private JsonCopier(ReadOnlySpan<byte> utf8, Utf8JsonWriter writer)
    {
        reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = ModelJson.DocumentOptions.MaxDepth });
        names = new HashSet<ulong>(Math.Min(utf8.Length / 16, 256));
        this.writer = writer;
    }

    /// <summary>Copies one value.</summary>
    /// <returns>False when it has to be read to know how it is written: a name comes twice in an object, or a number is beyond all others.</returns>
    /// <exception cref="JsonException">Not JSON, or nested too deeply.</exception>
    public static bool TryCopy(ReadOnlySpan<byte> utf8, Utf8JsonWriter writer) => new JsonCopier(utf8, writer).TryCopy();

    private bool TryCopy()
    {
        while (reader.Read())
        {
            if (!TryCopyToken())
            {
                return false;
            }
        }

        return true;
    }

    private bool TryCopyToken()
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                open.Push(objects++);
                writer.WriteStartObject();
                return true;
            case JsonTokenType.EndObject:
                open.Pop();
                writer.WriteEndObject();
                return true;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                return true;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                return true;
            case JsonTokenType.PropertyName or JsonTokenType.String:
                return TryCopyText();
            case JsonTokenType.Number:
                return TryCopyNumber();
            case JsonTokenType.True or JsonTokenType.False:
                writer.WriteBooleanValue(reader.TokenType == JsonTokenType.True);
                return true;
            default:
                writer.WriteNullValue();
                return true;
        }
    }

    private bool TryCopyText()
    {
        if (!reader.ValueIsEscaped)
        {
            return TryWriteText(reader.ValueSpan);
        }

        var length = reader.ValueSpan.Length;
        var rented = length > LongestOnStack ? ArrayPool<byte>.Shared.Rent(length) : null;
        try
        {
            Span<byte> text = rented ?? stackalloc byte[LongestOnStack];
            return TryWriteText(text[..reader.CopyString(text)]);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private bool TryWriteText(scoped ReadOnlySpan<byte> text)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            writer.WriteStringValue(text);
            return true;
        }

        var hash = new HashCode();
        hash.AddBytes(text);
        writer.WritePropertyName(text);

        // Two names of one hash are taken for the same, which costs time and nothing else.
        return names.Add(((ulong)open.Peek() << 32) | (uint)hash.ToHashCode());
    }

    private bool TryCopyNumber()
    {
        if (reader.TryGetInt64(out var whole))
        {
            writer.WriteNumberValue(whole);
            return true;
        }

        if (reader.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0)
        {
            writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
            return true;
        }

        var number = double.Parse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(number))
        {
            return false;
        }

        ValueWriter.WriteDouble(writer, number);
        return true;
    }
}
