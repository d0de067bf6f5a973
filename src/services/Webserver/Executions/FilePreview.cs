using System.Text;
using Kestra.Ion;
using Kestra.Storage.Objects;
using Kestra.Webserver.Errors;

namespace Kestra.Webserver.Executions;

/// <summary>How a preview is shown; the extension of the file decides.</summary>
internal enum PreviewType { TEXT, LIST, MARKDOWN, IMAGE, PDF }

/// <param name="Content">Text, rows, or Base64.</param>
internal sealed record Preview(string Extension, PreviewType Type, object? Content, bool IsTruncated);

/// <summary>The beginning of a file for people.</summary>
internal sealed class FilePreview(WebserverOptions options)
{
    public async Task<Preview> ReadAsync(string path, StoredObject file, int rows, Encoding encoding, CancellationToken cancellationToken)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var extension = name.LastIndexOf('.') is var dot and >= 0 ? name[(dot + 1)..] : "";
        var type = TypeOf(extension);
        var (content, truncated) = type switch
        {
            PreviewType.LIST => Rows(file.Content, rows),
            PreviewType.IMAGE or PreviewType.PDF => (await Base64Async(file, cancellationToken), false),
            PreviewType.MARKDOWN => await TextAsync(file.Content, int.MaxValue, encoding, cancellationToken),
            _ => await TextAsync(file.Content, rows, encoding, cancellationToken),
        };
        return new Preview(extension, type, content, truncated);
    }

    private static PreviewType TypeOf(string extension) => extension.ToUpperInvariant() switch
    {
        "ION" => PreviewType.LIST,
        "MD" => PreviewType.MARKDOWN,
        "PDF" => PreviewType.PDF,
        "JPG" or "JPEG" or "PNG" or "SVG" or "GIF" or "BMP" or "WEBP" => PreviewType.IMAGE,
        _ => PreviewType.TEXT,
    };

    private static (object? Content, bool Truncated) Rows(Stream content, int rows)
    {
        try
        {
            var read = IonRows.Read(content).Take(rows + 1).ToList();
            return (read.Take(rows).ToList(), read.Count > rows);
        }
        catch (IonException error)
        {
            throw ApiException.IllegalArgument($"The file can't be read as Ion: {error.Message}");
        }
    }

    private async Task<(object? Content, bool Truncated)> TextAsync(Stream content, int rows, Encoding encoding, CancellationToken cancellationToken)
    {
        // A byte more than shown tells whether something was cut off.
        var bytes = new byte[options.PreviewTextBytes + 1];
        var length = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        var truncated = length > options.PreviewTextBytes;
        using var reader = new StreamReader(new MemoryStream(bytes, 0, Math.Min(length, options.PreviewTextBytes)), encoding);
        var lines = new List<string>();
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (lines.Count == rows)
            {
                truncated = true;
                break;
            }

            lines.Add(line);
        }

        return (string.Join('\n', lines), truncated);
    }

    private async Task<string> Base64Async(StoredObject file, CancellationToken cancellationToken)
    {
        if (file.Size > options.PreviewBinaryBytes)
        {
            throw new ApiException(413, "Request Entity Too Large", $"The file has {file.Size} bytes, more than the {options.PreviewBinaryBytes} that a preview shows; download it instead");
        }

        var bytes = new byte[file.Size];
        await file.Content.ReadExactlyAsync(bytes, cancellationToken);
        return Convert.ToBase64String(bytes);
    }
}
