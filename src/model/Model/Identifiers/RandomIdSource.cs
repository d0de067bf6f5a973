using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Kestra.Model.Identifiers;

/// <summary>Random ids: a UUID of version 4 in base 62.</summary>
public sealed class RandomIdSource : IIdSource
{
    private const int Bytes = 16;

    // Asking the system costs a microsecond however much is asked for.
    private const int IdsAtOnce = 64;

    [ThreadStatic]
    private static byte[]? pool;

    [ThreadStatic]
    private static int left;

    public string Next()
    {
        var random = pool ??= new byte[Bytes * IdsAtOnce];
        if (left == 0)
        {
            RandomNumberGenerator.Fill(random);
            left = IdsAtOnce;
        }

        var bytes = random.AsSpan(--left * Bytes, Bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return Base62.Encode(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }
}
