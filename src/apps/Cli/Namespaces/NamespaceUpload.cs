using System.Net;
using Kestra.Cli.Api;

namespace Kestra.Cli.Namespaces;

/// <summary>Sends the files of a folder to a namespace.</summary>
internal static class NamespaceUpload
{
    /// <param name="to">Folder of the namespace; begins and ends with a slash.</param>
    /// <param name="sent">Told about each file: its local path and where it went.</param>
    public static async Task RunAsync(ApiClient client, string ns, string folder, string to, Action<string, string> sent, CancellationToken cancellationToken)
    {
        var ignore = IgnoreRules.Read(Path.Combine(folder, ".kestraignore"));
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var relative = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
            if (ignore.Ignores(relative))
            {
                continue;
            }

            var remote = to + relative;
            await using var stream = File.OpenRead(file);
            using var body = new MultipartFormDataContent { { new StreamContent(stream), "fileContent", Path.GetFileName(file) } };
            using var response = await client.SendAsync(HttpMethod.Post, $"/namespaces/{ApiClient.Segment(ns)}/files?path={ApiClient.Segment(remote)}", body, cancellationToken);
            sent(file, remote);
        }
    }

    /// <summary>Deletes a folder of the namespace; one that is not there is fine.</summary>
    public static async Task DeleteAsync(ApiClient client, string ns, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.SendAsync(HttpMethod.Delete, $"/namespaces/{ApiClient.Segment(ns)}/files?path={ApiClient.Segment(path)}", null, cancellationToken);
        }
        catch (ApiErrorException error) when (error.Status == HttpStatusCode.NotFound)
        {
            // Nothing there: that is what was wanted.
        }
    }
}
