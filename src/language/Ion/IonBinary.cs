namespace Kestra.Ion;

/// <summary>Binary Ion 1.0, which files of other programs may be in. It is read only; the product writes text.</summary>
public static class IonBinary
{
    internal const int MarkerLength = 4;

    /// <summary>The values one after the other; a value is read when it is asked for. The stream stays open.</summary>
    /// <exception cref="IonException">While enumerating: the bytes are not binary Ion, or a limit is exceeded.</exception>
    public static IEnumerable<object?> Read(Stream stream, IonOptions? options = null)
    {
        var reader = new IonBinaryReader(stream, options ?? IonOptions.Default);
        while (reader.TryReadNext(out var value))
        {
            yield return value;
        }
    }

    /// <summary>Whether the bytes start with the version marker that every binary document starts with.</summary>
    internal static bool IsMarker(ReadOnlySpan<byte> start) => start.StartsWith((ReadOnlySpan<byte>)[0xE0, 0x01, 0x00, 0xEA]);
}
