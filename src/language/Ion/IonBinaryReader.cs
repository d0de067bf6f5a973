using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using NodaTime;

namespace Kestra.Ion;

/// <summary>Reads binary Ion, one top-level value at a time: its bytes first, then what they mean.</summary>
internal sealed class IonBinaryReader(Stream stream, IonOptions options)
{
    private readonly IonSymbolTable _symbols = new(options);
    // Digits of a second beyond this are no time that anybody measured.
    private const int MaxFractionDigits = 100;

    private bool _started;

    /// <summary>The next top-level value, or false at the end of the stream.</summary>
    public bool TryReadNext(out object? value)
    {
        value = null;
        while (true)
        {
            var first = stream.ReadByte();
            if (first < 0)
            {
                return false;
            }

            if (first == 0xE0)
            {
                ReadMarker();
                continue;
            }

            if (!_started)
            {
                throw new IonException("Binary Ion starts with its version marker");
            }

            var bytes = ReadWhole((byte)first);
            var position = 0;
            if (TryReadValue(bytes, ref position, depth: 0, out value, out var annotations) && !TryDeclare(annotations, value))
            {
                return true;
            }
        }
    }

    private void ReadMarker()
    {
        Span<byte> rest = stackalloc byte[3];
        Fill(rest);
        if (!rest.SequenceEqual((ReadOnlySpan<byte>)[0x01, 0x00, 0xEA]))
        {
            throw new IonException("Only version 1.0 of binary Ion is known");
        }

        _started = true;
        _symbols.Reset();
    }

    private bool TryDeclare(List<string?>? annotations, object? value)
    {
        if (annotations is not [IonSymbolTable.Annotation, ..] || value is not IReadOnlyDictionary<string, object?> table)
        {
            return false;
        }

        _symbols.Declare(table);
        return true;
    }

    private byte[] ReadWhole(byte first)
    {
        var header = new List<byte> { first };
        var low = first & 0x0F;
        var length = (long)low;
        var type = first >> 4;
        if (low == 15 || type == 1)
        {
            length = 0;
        }
        else if (low == 14 || (type == 13 && low == 1))
        {
            length = ReadLength(header);
        }

        if (header.Count + length > options.MaxValueSize)
        {
            throw new IonException($"The value is longer than {options.MaxValueSize} bytes");
        }

        return ReadBody(header, length);
    }

    // Grows with what arrives, so that a false length costs nothing.
    private byte[] ReadBody(List<byte> header, long length)
    {
        using var body = new MemoryStream();
        body.Write([.. header]);
        var buffer = new byte[Math.Min(length, 64 * 1024)];
        while (length > 0)
        {
            var chunk = buffer.AsSpan(0, (int)Math.Min(length, buffer.Length));
            Fill(chunk);
            body.Write(chunk);
            length -= chunk.Length;
        }

        return body.ToArray();
    }

    private long ReadLength(List<byte> header)
    {
        var value = 0L;
        Span<byte> next = stackalloc byte[1];
        while (true)
        {
            Fill(next);
            header.Add(next[0]);
            value = (value << 7) | (uint)(next[0] & 0x7F);
            if ((next[0] & 0x80) != 0)
            {
                return value;
            }

            if (header.Count > 9)
            {
                throw new IonException("The length of a value is not credible");
            }
        }
    }

    private void Fill(Span<byte> buffer)
    {
        if (stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
        {
            throw new IonException("The stream ends inside a value");
        }
    }

    // False for padding, which is no value.
    private bool TryReadValue(ReadOnlySpan<byte> bytes, ref int position, int depth, out object? value, out List<string?>? annotations)
    {
        annotations = null;
        if (depth > options.MaxDepth)
        {
            throw new IonException($"The value is nested deeper than {options.MaxDepth} levels");
        }

        var descriptor = Byte(bytes, ref position);
        var (type, low) = (descriptor >> 4, descriptor & 0x0F);
        value = null;
        if (type == 1)
        {
            value = low switch { 0 => false, 1 => true, 15 => null, _ => throw Corrupt() };
            return true;
        }

        if (low == 15)
        {
            return type is not (14 or 15) ? true : throw Corrupt();
        }

        var length = low == 14 || (type == 13 && low == 1) ? VarUInt(bytes, ref position) : low;
        if (length > bytes.Length - position)
        {
            throw Corrupt();
        }

        var body = bytes.Slice(position, (int)length);
        position += (int)length;
        if (type == 0)
        {
            return false;
        }

        value = type == 14 ? ReadAnnotated(body, depth, out annotations) : ReadTyped(type, body, depth);
        return true;
    }

    private object? ReadTyped(int type, ReadOnlySpan<byte> body, int depth) => type switch
    {
        2 => IonNumberReader.Integer(Magnitude(body)),
        3 => IonNumberReader.Integer(-Magnitude(body)),
        4 => ReadFloat(body),
        5 => ReadDecimal(body),
        6 => ReadTimestamp(body),
        7 => Symbol((long)Magnitude(body[..Math.Min(body.Length, 7)])),
        8 => Encoding.UTF8.GetString(body),
        9 or 10 => body.ToArray(),
        11 or 12 => ReadList(body, depth),
        13 => ReadStruct(body, depth),
        _ => throw Corrupt(),
    };

    private object? ReadAnnotated(ReadOnlySpan<byte> body, int depth, out List<string?>? annotations)
    {
        var position = 0;
        var length = VarUInt(body, ref position);
        var end = position + length;
        if (length == 0 || end >= body.Length)
        {
            throw Corrupt();
        }

        annotations = [];
        while (position < end)
        {
            annotations.Add(Symbol(VarUInt(body, ref position)));
        }

        if (!TryReadValue(body, ref position, depth + 1, out var value, out var inner) || inner is not null || position != body.Length)
        {
            throw Corrupt();
        }

        return value is string text ? Typed(annotations, text) : value;
    }

    private static object Typed(List<string?> annotations, string text)
    {
        foreach (var annotation in annotations)
        {
            try
            {
                if (annotation is not null && IonTemporal.TryRead(annotation, text, out var typed) && typed is not null)
                {
                    return typed;
                }
            }
            catch (Exception e) when (e is FormatException or NodaTime.Text.UnparsableValueException or ArgumentException or OverflowException)
            {
                throw new IonException($"\"{text}\" is not a {annotation}: {e.Message}", e);
            }
        }

        return text;
    }

    private List<object?> ReadList(ReadOnlySpan<byte> body, int depth)
    {
        var items = new List<object?>();
        var position = 0;
        while (position < body.Length)
        {
            if (TryReadValue(body, ref position, depth + 1, out var item, out _))
            {
                items.Add(item);
            }
        }

        return items;
    }

    private OrderedDictionary<string, object?> ReadStruct(ReadOnlySpan<byte> body, int depth)
    {
        var fields = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        var position = 0;
        while (position < body.Length)
        {
            var id = VarUInt(body, ref position);
            var name = Symbol(id);
            if (TryReadValue(body, ref position, depth + 1, out var value, out _))
            {
                // A symbol whose text is not known still is a field; its number is all that is left of its name.
                fields[name ?? $"${id}"] = value;
            }
        }

        return fields;
    }

    private static object ReadFloat(ReadOnlySpan<byte> body) => body.Length switch
    {
        0 => 0d,
        4 => (double)BinaryPrimitives.ReadSingleBigEndian(body),
        8 => BinaryPrimitives.ReadDoubleBigEndian(body),
        _ => throw Corrupt(),
    };

    private object ReadDecimal(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return 0m;
        }

        var position = 0;
        var exponent = VarInt(body, ref position, out _);
        return Decimal(SignedMagnitude(body[position..]), exponent);
    }

    private static object Decimal(BigInteger unscaled, long exponent)
    {
        try
        {
            return IonDecimal.Create(unscaled, exponent);
        }
        catch (FormatException e)
        {
            throw new IonException(e.Message, e);
        }
    }

    private object ReadTimestamp(ReadOnlySpan<byte> body)
    {
        var position = 0;
        var offset = VarInt(body, ref position, out var unknownOffset);
        // year, month, day, hour, minute, second: as many as the precision says.
        Span<long> parts = [1, 1, 1, 0, 0, 0];
        var count = 0;
        for (; count < parts.Length && position < body.Length; count++)
        {
            parts[count] = VarUInt(body, ref position);
        }

        try
        {
            var date = new LocalDate(checked((int)parts[0]), (int)parts[1], (int)parts[2]);
            if (count <= 3)
            {
                return date;
            }

            var time = new LocalTime((int)parts[3], (int)parts[4], (int)parts[5]).PlusNanoseconds(Fraction(body, position));
            return IonTimestamp.Create(date.At(time), unknownOffset ? null : (int)offset);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new IonException("A timestamp is not valid", e);
        }
    }

    private long Fraction(ReadOnlySpan<byte> body, int position)
    {
        if (position >= body.Length)
        {
            return 0;
        }

        var exponent = VarInt(body, ref position, out _);
        var digits = SignedMagnitude(body[position..]);
        if (digits.IsZero)
        {
            return 0;
        }

        var power = exponent + 9;
        if (power is > 9 or < -MaxFractionDigits)
        {
            throw Corrupt();
        }

        var nanoseconds = power >= 0 ? digits * BigInteger.Pow(10, (int)power) : digits / BigInteger.Pow(10, (int)-power);
        return nanoseconds >= 0 && nanoseconds < 1_000_000_000 ? (long)nanoseconds : throw Corrupt();
    }

    private BigInteger Magnitude(ReadOnlySpan<byte> bytes)
    {
        // 0.415 bytes hold one decimal digit.
        if (bytes.Length > options.MaxNumberDigits * 0.416)
        {
            throw new IonException($"The number has more than {options.MaxNumberDigits} digits");
        }

        return new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
    }

    private BigInteger SignedMagnitude(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return BigInteger.Zero;
        }

        var copy = bytes.ToArray();
        var negative = (copy[0] & 0x80) != 0;
        copy[0] &= 0x7F;
        var value = Magnitude(copy);
        return negative ? -value : value;
    }

    private string? Symbol(long id) => _symbols.TryGet(id, out var name)
        ? name
        : throw new IonException($"The symbol ${id} is not declared; the highest is ${_symbols.MaxId}");

    private static byte Byte(ReadOnlySpan<byte> bytes, ref int position) =>
        position < bytes.Length ? bytes[position++] : throw Corrupt();

    private static long VarUInt(ReadOnlySpan<byte> bytes, ref int position)
    {
        var value = 0L;
        while (true)
        {
            var next = Byte(bytes, ref position);
            if (value > long.MaxValue >> 8)
            {
                throw Corrupt();
            }

            value = (value << 7) | (uint)(next & 0x7F);
            if ((next & 0x80) != 0)
            {
                return value;
            }
        }
    }

    private static long VarInt(ReadOnlySpan<byte> bytes, ref int position, out bool negativeZero)
    {
        var first = Byte(bytes, ref position);
        var negative = (first & 0x40) != 0;
        var value = (long)(first & 0x3F);
        while ((first & 0x80) == 0)
        {
            first = Byte(bytes, ref position);
            if (value > long.MaxValue >> 8)
            {
                throw Corrupt();
            }

            value = (value << 7) | (uint)(first & 0x7F);
        }

        negativeZero = negative && value == 0;
        return negative ? -value : value;
    }

    private static IonException Corrupt() => new("The bytes are not binary Ion");
}
