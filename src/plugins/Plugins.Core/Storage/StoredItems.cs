using System.Globalization;
using System.Text;
using Kestra.Ion;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Storage;

/// <summary>The items of a stored Ion file, one a line.</summary>
internal static class StoredItems
{
    /// <summary>The lines as they are, without empty ones.</summary>
    public static async IAsyncEnumerable<string> LinesAsync(IRunContext context, string from, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(await context.Storage.OpenAsync(from, cancellationToken), new UTF8Encoding(false));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return line;
            }
        }
    }

    /// <summary>The fields of an item.</summary>
    /// <exception cref="TaskFailedException">The line holds no record.</exception>
    public static IReadOnlyDictionary<string, object?> Fields(string line, long number)
    {
        try
        {
            return IonText.Read(line) as IReadOnlyDictionary<string, object?>
                ?? throw new TaskFailedException(string.Create(CultureInfo.InvariantCulture, $"Line {number} of the file holds no record: {Shortened(line)}"));
        }
        catch (IonException error)
        {
            throw new TaskFailedException(string.Create(CultureInfo.InvariantCulture, $"Line {number} of the file is not Ion: {error.Message}"), inner: error);
        }
    }

    private static string Shortened(string line) => line.Length <= 200 ? line : line[..200] + "…";
}
