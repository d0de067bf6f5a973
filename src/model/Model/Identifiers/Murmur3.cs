using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Kestra.Model.Identifiers;

/// <summary>MurmurHash 3 with 128 bits, variant x64, seed 0: the hash of values in paths of internal storage.</summary>
public static class Murmur3
{
    private const ulong First = 0x87c37b91114253d5;
    private const ulong Second = 0x4cf5ad432745937f;

    /// <summary>Of the UTF-8 text, as 32 lower-case hexadecimal digits, the least significant byte of each half first.</summary>
    public static string Hex(string text)
    {
        var (low, high) = Hash(Encoding.UTF8.GetBytes(text));
        return string.Create(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReverseEndianness(low):x16}{BinaryPrimitives.ReverseEndianness(high):x16}");
    }

    private static (ulong Low, ulong High) Hash(ReadOnlySpan<byte> data)
    {
        ulong low = 0, high = 0;
        var rest = data;
        unchecked
        {
            for (; rest.Length >= 16; rest = rest[16..])
            {
                low ^= MixFirst(BinaryPrimitives.ReadUInt64LittleEndian(rest));
                low = ((BitOperations.RotateLeft(low, 27) + high) * 5) + 0x52dce729;
                high ^= MixSecond(BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
                high = ((BitOperations.RotateLeft(high, 31) + low) * 5) + 0x38495ab5;
            }

            Span<byte> padded = stackalloc byte[16];
            rest.CopyTo(padded);
            high ^= MixSecond(BinaryPrimitives.ReadUInt64LittleEndian(padded[8..]));
            low ^= MixFirst(BinaryPrimitives.ReadUInt64LittleEndian(padded));
            low ^= (ulong)data.Length;
            high ^= (ulong)data.Length;
            low += high;
            high += low;
            low = Finish(low);
            high = Finish(high);
            low += high;
            high += low;
        }

        return (low, high);
    }

    private static ulong MixFirst(ulong block) => unchecked(BitOperations.RotateLeft(block * First, 31) * Second);

    private static ulong MixSecond(ulong block) => unchecked(BitOperations.RotateLeft(block * Second, 33) * First);

    private static ulong Finish(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 33)) * 0xff51afd7ed558ccd;
            value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53;
            return value ^ (value >> 33);
        }
    }
}
