using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Kestra.Model.Identifiers;

/// <summary>Ids that follow from others, so that doing a thing twice finds what the first time made.</summary>
public static class DerivedId
{
    /// <summary>The id of a text, as Kestra derives it: MD5 twice, marked as a UUID of version 3, in base 62.</summary>
    public static string Of(string text)
    {
        // Not for security: the function is part of the format.
#pragma warning disable CA5351
        var hash = System.Security.Cryptography.MD5.HashData(System.Security.Cryptography.MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
        hash[6] = (byte)((hash[6] & 0x0f) | 0x30);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return Base62.Encode(BinaryPrimitives.ReadUInt128BigEndian(hash));
    }

    /// <summary>The id that belongs to an id and a number (an attempt, a position).</summary>
    public static string Of(string id, int number) => Of($"{id}/{number.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>The id that belongs to a pair of ids.</summary>
    public static string Of(string first, string second) => Of($"{first}/{second}");
}
