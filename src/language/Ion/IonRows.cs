namespace Kestra.Ion;

/// <summary>The row files that tasks exchange: one value a line, UTF-8 without a byte order mark.</summary>
public static class IonRows
{
    /// <summary>Writes one row and ends its line, for files that grow row by row.</summary>
    /// <exception cref="IonException">The value is of no known type, or a limit is exceeded.</exception>
    public static void Write(TextWriter writer, object? row, IonOptions? options = null)
    {
        IonText.WriteTo(writer, row, options);
        writer.Write('\n');
    }

    /// <summary>Writes all rows with a line end between them and none after the last.</summary>
    /// <returns>How many rows were written.</returns>
    /// <exception cref="IonException">A value is of no known type, or a limit is exceeded.</exception>
    public static long WriteAll(TextWriter writer, IEnumerable<object?> rows, IonOptions? options = null)
    {
        var count = 0L;
        foreach (var row in rows)
        {
            if (count++ > 0)
            {
                writer.Write('\n');
            }

            IonText.WriteTo(writer, row, options);
        }

        return count;
    }

    /// <summary>Like <see cref="WriteAll(TextWriter, IEnumerable{object?}, IonOptions?)"/> for rows that arrive one after the other.</summary>
    /// <returns>How many rows were written.</returns>
    /// <exception cref="IonException">A value is of no known type, or a limit is exceeded.</exception>
    public static async Task<long> WriteAllAsync(
        TextWriter writer, IAsyncEnumerable<object?> rows, IonOptions? options = null, CancellationToken cancellation = default)
    {
        var count = 0L;
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            var text = IonText.Write(row, options);
            await writer.WriteAsync((count++ > 0 ? "\n" + text : text).AsMemory(), cancellation);
        }

        return count;
    }

    /// <summary>The rows of a text, in any layout, one at a time.</summary>
    /// <exception cref="IonException">While enumerating: the text is not Ion, or a limit is exceeded.</exception>
    public static IEnumerable<object?> Read(TextReader reader, IonOptions? options = null) => IonText.ReadAll(reader, options);

    /// <summary>The rows of a file, text or binary Ion by its first bytes, one at a time. The stream stays open.</summary>
    /// <exception cref="IonException">While enumerating: the file is not Ion, or a limit is exceeded.</exception>
    public static IEnumerable<object?> Read(Stream stream, IonOptions? options = null)
    {
        var start = new byte[IonBinary.MarkerLength];
        var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        using var whole = new PrefixedStream(start.AsMemory(0, length), stream);
        if (IonBinary.IsMarker(start.AsSpan(0, length)))
        {
            foreach (var row in IonBinary.Read(whole, options))
            {
                yield return row;
            }

            yield break;
        }

        using var reader = new StreamReader(whole, leaveOpen: true);
        foreach (var row in IonText.ReadAll(reader, options))
        {
            yield return row;
        }
    }
}
