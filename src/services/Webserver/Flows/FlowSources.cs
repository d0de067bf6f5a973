using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Kestra.Storage.Flows;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Requests;
using Microsoft.AspNetCore.Http;

namespace Kestra.Webserver.Flows;

/// <summary>YAML in requests and answers: bodies, several documents in one text, archives.</summary>
internal static partial class FlowSources
{
    private static readonly string[] Types = ["application/x-yaml", "application/yaml", "text/yaml", "text/x-yaml", "application/json", "text/plain"];

    /// <summary>Entries of an archive at most.</summary>
    private const int MaxEntries = 100_000;

    /// <summary>Bytes of one source in an archive at most, unpacked.</summary>
    private const int MaxEntryBytes = 20 * 1024 * 1024;

    /// <param name="name">Of the body, for the message when it is missing.</param>
    public static async Task<string> BodyAsync(HttpContext http, string name)
    {
        http.RequireType(Types);
        var text = await http.BodyTextAsync();
        return string.IsNullOrWhiteSpace(text) ? throw RequestValues.MissingBody(name) : text;
    }

    /// <summary>The documents of a text that are not empty.</summary>
    public static IReadOnlyList<string> Split(string text) => [.. Separator().Split(text).Select(static part => part.TrimStart('\r', '\n')).Where(static part => !string.IsNullOrWhiteSpace(part))];

    public static byte[] Archive(IEnumerable<StoredFlow> flows)
    {
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var flow in flows)
            {
                using var entry = archive.CreateEntry($"{flow.Namespace}.{flow.Id}.yml").Open();
                entry.Write(Encoding.UTF8.GetBytes(flow.Source));
            }
        }

        return buffer.ToArray();
    }

    /// <summary>The sources in an uploaded file, each with the name by which a failure is told.</summary>
    /// <exception cref="ApiException">Neither YAML nor an archive.</exception>
    public static async Task<IReadOnlyList<(string Name, string Source)>> UploadedAsync(string fileName, Stream content, CancellationToken cancellationToken)
    {
        if (IsYaml(fileName))
        {
            using var reader = new StreamReader(content);
            return [.. Split(await reader.ReadToEndAsync(cancellationToken)).Select(source => (fileName, source))];
        }

        if (!fileName.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            throw ApiException.IllegalArgument($"Cannot import file of type {Path.GetExtension(fileName)}");
        }

        try
        {
            using var archive = new ZipArchive(content, ZipArchiveMode.Read);
            if (archive.Entries.Count > MaxEntries)
            {
                throw ApiException.IllegalArgument("The archive holds too many files");
            }

            return [.. archive.Entries.Where(static entry => IsYaml(entry.Name)).SelectMany(static entry => Split(Unpack(entry)).Select(source => (entry.FullName, source)))];
        }
        catch (InvalidDataException)
        {
            throw ApiException.BadRequest("The archive can't be read");
        }
    }

    private static string Unpack(ZipArchiveEntry entry)
    {
        // The length in the directory of the archive is a claim; reading stops at the limit whatever it says.
        using var stream = entry.Open();
        var buffer = new MemoryStream();
        var chunk = new byte[81920];
        for (int read; (read = stream.Read(chunk)) > 0;)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > MaxEntryBytes)
            {
                throw new ApiException(413, "Request Entity Too Large", $"{entry.FullName} is too large for a flow");
            }
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static bool IsYaml(string name) => name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^---[ \t]*\r?$", RegexOptions.CultureInvariant | RegexOptions.Multiline, 1000)]
    private static partial Regex Separator();
}
