using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Kestra.Storage;
using Kestra.Storage.Objects;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Flows;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Namespaces;

/// <summary>The files of namespaces.</summary>
internal sealed class NamespaceFileEndpoints(IStore store, IObjectStorage objects, NamespaceFiles files) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/{tenant}/namespaces/{namespace}/files");
        group.Get("/search", SearchAsync);
        group.Get("", ReadAsync).Produces("application/octet-stream", "*/*");
        group.Get("/stats", StatsAsync);
        group.Get("/directory", ListAsync);
        group.Post("/directory", CreateFolderAsync);
        group.Post("", UploadAsync);
        group.Put("", MoveAsync);
        group.Delete("", DeleteAsync);
        group.Get("/export", ExportAsync).Produces("application/octet-stream", "*/*");
    }

    private async Task SearchAsync(HttpContext http)
    {
        var wanted = http.Query("q");
        var found = await files.ListAsync(http.Tenant(), http.Route("namespace"), http.RequestAborted);
        await Answers.TextsAsync(http, found.Where(path => wanted is null || path.Contains(wanted, StringComparison.OrdinalIgnoreCase)));
    }

    private async Task ReadAsync(HttpContext http)
    {
        var path = NamespaceFiles.Locate(http.Route("namespace"), http.RequiredQuery("path"));
        await using var file = await objects.OpenAsync(http.Tenant(), path, http.RequestAborted);
        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = file.Size;
        http.Response.Headers.CacheControl = "no-cache";
        await file.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    private async Task StatsAsync(HttpContext http)
    {
        var path = NamespaceFiles.Locate(http.Route("namespace"), http.Query("path"));
        if (path == NamespaceFiles.Locate(http.Route("namespace"), null))
        {
            await objects.CreateFolderAsync(http.Tenant(), path, http.RequestAborted);
        }

        var attributes = await objects.AttributesAsync(http.Tenant(), path, http.RequestAborted);
        await Answers.JsonAsync(http, writer => Write(writer, attributes));
    }

    private async Task ListAsync(HttpContext http)
    {
        var path = NamespaceFiles.Locate(http.Route("namespace"), http.Query("path"));
        var isRoot = path == NamespaceFiles.Locate(http.Route("namespace"), null);
        var found = isRoot && !await objects.ExistsAsync(http.Tenant(), path, http.RequestAborted) ? [] : await objects.ListAsync(http.Tenant(), path, http.RequestAborted);
        await Answers.ListAsync(http, found, Write);
    }

    private async Task CreateFolderAsync(HttpContext http)
    {
        await objects.CreateFolderAsync(http.Tenant(), NamespaceFiles.Locate(http.Route("namespace"), http.RequiredQuery("path")), http.RequestAborted);
        await Answers.Empty(http, StatusCodes.Status200OK);
    }

    private async Task UploadAsync(HttpContext http)
    {
        var path = http.RequiredQuery("path");
        var found = false;
        await foreach (var part in Multipart.PartsAsync(http))
        {
            if (part.Name == "fileContent")
            {
                found = true;
                await files.UploadAsync(http.Tenant(), http.Route("namespace"), path, part.Content, http.RequestAborted);
            }
        }

        if (!found)
        {
            throw new ApiException(422, "Invalid route params", "Required Part [fileContent] not specified");
        }

        await Answers.Empty(http, StatusCodes.Status200OK);
    }

    private async Task MoveAsync(HttpContext http)
    {
        var (from, to) = (NamespaceFiles.Locate(http.Route("namespace"), http.RequiredQuery("from")), NamespaceFiles.Locate(http.Route("namespace"), http.RequiredQuery("to")));
        await objects.MoveAsync(http.Tenant(), from, to, http.RequestAborted);
        await Answers.Empty(http, StatusCodes.Status200OK);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        await files.DeleteAsync(http.Tenant(), http.Route("namespace"), http.RequiredQuery("path"), http.RequestAborted);
        await Answers.Empty(http, StatusCodes.Status200OK);
    }

    // The archive is written while it is sent; it is never whole anywhere.
    private async Task ExportAsync(HttpContext http)
    {
        var (tenant, name) = (http.Tenant(), NamespaceTree.Check(http.Route("namespace")));
        var paths = await files.ListAsync(tenant, name, http.RequestAborted);
        var flows = await FlowEndpoints.AllOfAsync(store, tenant, name, http.RequestAborted);
        http.Response.ContentType = "application/octet-stream";
        Answers.Attachment(http, $"{name}_files.zip");
        if (http.Features.Get<IHttpBodyControlFeature>() is { } control)
        {
            // The directory at the end of an archive is written without waiting.
            control.AllowSynchronousIO = true;
        }

        await using var archive = await ZipArchive.CreateAsync(http.Response.Body, ZipArchiveMode.Create, leaveOpen: true, null, http.RequestAborted);
        foreach (var path in paths)
        {
            await using var file = await objects.OpenAsync(tenant, NamespaceFiles.Locate(name, path), http.RequestAborted);
            await using var entry = await archive.CreateEntry(path[1..]).OpenAsync(http.RequestAborted);
            await file.Content.CopyToAsync(entry, http.RequestAborted);
        }

        foreach (var flow in flows)
        {
            await using var entry = await archive.CreateEntry($"_flows/{flow.Id}.yml").OpenAsync(http.RequestAborted);
            await entry.WriteAsync(Encoding.UTF8.GetBytes(flow.Source), http.RequestAborted);
        }
    }

    private static void Write(Utf8JsonWriter writer, ObjectAttributes attributes)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, attributes.IsFolder ? "Directory" : "File");
        writer.WriteNumber("size"u8, attributes.Size);
        writer.WriteString("fileName"u8, attributes.FileName);
        writer.WriteNumber("lastModifiedTime"u8, attributes.LastModified.ToUnixTimeMilliseconds());
        writer.WriteNumber("creationTime"u8, attributes.Created.ToUnixTimeMilliseconds());
        writer.WriteEndObject();
    }
}
