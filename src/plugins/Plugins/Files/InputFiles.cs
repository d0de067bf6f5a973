using System.Text.Json;
using Kestra.Expressions;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Files;

/// <summary>Writes the files that a task declares into its working directory.</summary>
public static class InputFiles
{
    private static readonly string[] Addresses = ["kestra://", "nsfile://", "file://"];

    /// <summary>Names and contents are rendered; a content that is an address of a file is fetched, any other text is written as it is.</summary>
    /// <param name="raw">A map from file name to content, or an expression that gives one as JSON; null writes nothing.</param>
    /// <param name="more">Variables beside those of the run.</param>
    /// <exception cref="TaskFailedException">The property has another shape.</exception>
    public static async Task WriteAsync(IRunContext context, object? raw, IReadOnlyDictionary<string, object?>? more, CancellationToken cancellationToken)
    {
        foreach (var (name, content) in Rendered(context, raw, more))
        {
            if (content is null)
            {
                continue;
            }

            var path = context.WorkingDirectory.Resolve(name.TrimStart('/'));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await WriteAsync(context, path, content, cancellationToken);
        }
    }

    private static IReadOnlyDictionary<string, object?> Rendered(IRunContext context, object? raw, IReadOnlyDictionary<string, object?>? more)
    {
        var rendered = context.RenderValue(raw, more);
        return rendered switch
        {
            null => new OrderedDictionary<string, object?>(),
            IReadOnlyDictionary<string, object?> map => map,
            string text when string.IsNullOrWhiteSpace(text) => new OrderedDictionary<string, object?>(),
            string text => Parsed(text),
            _ => throw new TaskFailedException("Invalid inputFiles properties: write a map from file name to content"),
        };
    }

    private static IReadOnlyDictionary<string, object?> Parsed(string text)
    {
        try
        {
            return ValueJson.ReadFirst(text) as IReadOnlyDictionary<string, object?> ?? throw new TaskFailedException("Invalid inputFiles properties: the text is not a JSON map");
        }
        catch (JsonException error)
        {
            throw new TaskFailedException($"Invalid inputFiles properties: the text is not a JSON map ({error.Message})", inner: error);
        }
    }

    private static async Task WriteAsync(IRunContext context, string path, object content, CancellationToken cancellationToken)
    {
        var text = ValueConversion.ToText(content);
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 64 * 1024, FileOptions.Asynchronous);
        if (Addresses.Any(scheme => text.StartsWith(scheme, StringComparison.Ordinal)))
        {
            await using var source = await context.Storage.OpenAsync(text.Trim(), cancellationToken);
            await source.CopyToAsync(file, cancellationToken);
        }
        else
        {
            await using var writer = new StreamWriter(file);
            await writer.WriteAsync(text.AsMemory(), cancellationToken);
        }
    }
}
