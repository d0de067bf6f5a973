using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Kestra.Model.Identifiers;

/// <summary>Random ids: a UUID of version 4 in base 62.</summary>
public sealed class RandomIdSource : IIdSource
{
    public string Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return Base62.Encode(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }
}
