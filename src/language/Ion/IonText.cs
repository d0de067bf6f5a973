namespace Kestra.Ion;

/// <summary>
/// Text Ion: the format of Kestra's record files. Values are those of the product's closed list
/// (text, numbers, dates, bytes, lists, maps).
/// </summary>
public static class IonText
{
    /// <summary>One value as compact Ion on one line, without a line end.</summary>
    /// <exception cref="IonException">The value is of no known type, or a limit is exceeded.</exception>
    public static string Write(object? value, IonOptions? options = null)
    {
        using var writer = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        WriteTo(writer, value, options);
        return writer.ToString();
    }

    /// <summary>Writes one value as compact Ion on one line, without a line end.</summary>
    /// <exception cref="IonException">The value is of no known type, or a limit is exceeded.</exception>
    public static void WriteTo(TextWriter writer, object? value, IonOptions? options = null) =>
        new IonTextWriter(writer, options ?? IonOptions.Default).Write(value);

    /// <summary>The first value of the text; null when there is none.</summary>
    /// <exception cref="IonException">The text is not Ion up to the end of its first value, or a limit is exceeded.</exception>
    public static object? Read(string text, IonOptions? options = null)
    {
        using var reader = new StringReader(text);
        return ReadAll(reader, options).FirstOrDefault();
    }

    /// <summary>
    /// The values one after the other, in any layout that text Ion allows; a value is read when it is asked for.
    /// </summary>
    /// <exception cref="IonException">While enumerating: the text is not Ion, or a limit is exceeded.</exception>
    public static IEnumerable<object?> ReadAll(TextReader reader, IonOptions? options = null)
    {
        var ion = new IonTextReader(reader, options ?? IonOptions.Default);
        while (ion.TryReadNext(out var value))
        {
            yield return value;
        }
    }
}
