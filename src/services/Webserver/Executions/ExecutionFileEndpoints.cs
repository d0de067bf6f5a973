using System.Text;
using System.Text.RegularExpressions;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Storage.Objects;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Executions;

/// <summary>Files that executions made or were given.</summary>
internal sealed partial class ExecutionFileEndpoints(ExecutionDesk desk, IObjectStorage objects, FilePreview preview, WebserverOptions options) : IEndpointGroup
{
    private const string NamespaceScheme = "nsfile://";

    public void Map(IEndpointRouteBuilder api)
    {
        var files = api.MapGroup("/{tenant}/executions/{id}/file");
        files.Get("", DownloadAsync).Produces("application/octet-stream", "*/*");
        files.Get("/metas", MetadataAsync);
        files.Get("/preview", PreviewAsync);
    }

    private async Task DownloadAsync(HttpContext http)
    {
        if (await LocateAsync(http) is not { } path)
        {
            return;
        }

        await using var file = await objects.OpenAsync(http.Tenant(), path, http.RequestAborted);
        Answers.KeepForADay(http);
        await Answers.FileAsync(http, path[(path.LastIndexOf('/') + 1)..], file.Content, file.Size);
    }

    private async Task MetadataAsync(HttpContext http)
    {
        if (await LocateAsync(http) is not { } path)
        {
            return;
        }

        var attributes = await objects.AttributesAsync(http.Tenant(), path, http.RequestAborted);
        await Answers.JsonAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("size"u8, attributes.Size);
            writer.WriteEndObject();
        });
    }

    private async Task PreviewAsync(HttpContext http)
    {
        var encoding = EncodingOf(http.Query("encoding"));
        var rows = Math.Clamp(http.Integer("maxRows") ?? options.PreviewInitialRows, 1, options.PreviewMaxRows);
        if (await LocateAsync(http) is not { } path)
        {
            return;
        }

        await using var file = await objects.OpenAsync(http.Tenant(), path, http.RequestAborted);
        var shown = await preview.ReadAsync(path, file, rows, encoding, http.RequestAborted);
        await Answers.JsonAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("extension"u8, shown.Extension);
            writer.WriteString("type"u8, shown.Type.ToString());
            writer.WritePropertyName("content"u8);
            ModelJson.WriteValue(writer, shown.Content, JsonProfile.Api);
            writer.WriteNumber("maxLine"u8, rows);
            writer.WriteBoolean("truncated"u8, shown.IsTruncated);
            writer.WriteEndObject();
        });
    }

    private static Encoding EncodingOf(string? name)
    {
        try
        {
            return name is null ? Encoding.UTF8 : Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            throw ApiException.IllegalArgument($"Unable to preview using encoding '{name}'");
        }
    }

    /// <summary>The path in internal storage that a request names; null when the answer, a redirection, was sent already.</summary>
    private async Task<string?> LocateAsync(HttpContext http)
    {
        var address = http.RequiredQuery("path");
        var execution = await desk.RequireAsync(http.Tenant(), http.Route("id"), http.RequestAborted);
        if (address.StartsWith(NamespaceScheme, StringComparison.Ordinal))
        {
            return StoragePaths.NamespaceFiles(execution.Namespace) + StoragePath.Normalize(address[NamespaceScheme.Length..]);
        }

        if (!StorageUri.Is(address))
        {
            throw ApiException.IllegalArgument(SchemePattern().Match(address) is { Success: true } scheme && scheme.Groups[1].Value != "kestra" ? $"Scheme not supported: {scheme.Groups[1].Value}" : "Invalid prefix path");
        }

        var path = StorageUri.PathOf(address);
        if (IsOf(execution, path))
        {
            return path;
        }

        // A file of another execution is that one's to give.
        var owner = OwnerPattern().Match(path) is { Success: true } match ? await desk.FindAsync(http.Tenant(), match.Groups[1].Value, http.RequestAborted) : null;
        if (owner is null || !IsOf(owner, path))
        {
            throw ApiException.IllegalArgument("Invalid prefix path");
        }

        var verb = http.Request.Path.Value!.Split("/file")[^1];
        http.Response.Headers.Location = Uri.EscapeDataString($"{http.Request.PathBase}/api/v1/{http.Tenant()}/executions/{owner.Id}/file{verb}?path={StorageUri.Of(path)}")
            .Replace("%2F", "/", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal).Replace("%3F", "?", StringComparison.Ordinal).Replace("%3D", "=", StringComparison.Ordinal);
        await Answers.Empty(http, StatusCodes.Status301MovedPermanently);
        return null;
    }

    private static bool IsOf(Execution execution, string path) => path.StartsWith(StoragePaths.Execution(execution.Namespace, execution.FlowId, execution.Id) + "/", StringComparison.Ordinal);

    [GeneratedRegex("^([A-Za-z][A-Za-z0-9+.-]*):", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SchemePattern();

    [GeneratedRegex("/executions/([A-Za-z0-9_-]+)/", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex OwnerPattern();
}
