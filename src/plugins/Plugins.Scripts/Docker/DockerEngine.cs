using System.Formats.Tar;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Scripts.Docker;

/// <summary>The parts of the Docker Engine API that a run needs, over a local socket or TCP.</summary>
internal sealed class DockerEngine : IDisposable
{
    private const string Version = "v1.41";
    private const string LocalSocket = "/var/run/docker.sock";
    private const string SidecarSocket = "/dind/docker.sock";

    private readonly HttpClient client;
    private readonly string host;

    private DockerEngine(HttpClient client, string host)
    {
        this.client = client;
        this.host = host;
    }

    /// <param name="host">As users write it, <c>unix:///…</c> or <c>tcp://…</c>; null looks in the usual places.</param>
    /// <exception cref="TaskFailedException">There is no engine, or its address can't be used.</exception>
    public static DockerEngine Connect(string? host)
    {
        var address = host is { Length: > 0 } ? host : "unix://" + (File.Exists(LocalSocket) ? LocalSocket : SidecarSocket);
        if (address.StartsWith("unix://", StringComparison.Ordinal))
        {
            var path = address["unix://".Length..];
            return File.Exists(path) ? new DockerEngine(OverSocket(path), address) : throw NotThere(address);
        }

        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "tcp" or "http" or "https"
            ? new DockerEngine(Client(new SocketsHttpHandler(), new UriBuilder(uri) { Scheme = uri.Scheme == "https" ? "https" : "http" }.Uri), address)
            : throw new TaskFailedException($"The Docker host '{address}' can't be used; write unix:///path or tcp://host:port");
    }

    public async Task<bool> HasImageAsync(string image, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"images/{Uri.EscapeDataString(image)}/json", null, cancellationToken);
        return answer.StatusCode != HttpStatusCode.NotFound && await CheckedAsync(answer, cancellationToken);
    }

    /// <param name="authorization">Base64 text of the registry's credentials; null when none are needed.</param>
    public async Task PullAsync(string image, string? authorization, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Version}/images/create?fromImage={Uri.EscapeDataString(Tagged(image))}");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Registry-Auth", authorization);
        }

        using var answer = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await CheckedAsync(answer, cancellationToken);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length > 0 && JsonNode.Parse(line)?["error"]?.GetValue<string>() is { } error)
            {
                throw new TaskFailedException($"Unable to pull the image '{image}': {error}");
            }
        }
    }

    /// <returns>The container's id.</returns>
    public async Task<string> CreateContainerAsync(JsonObject definition, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Post, "containers/create", definition, cancellationToken);
        await CheckedAsync(answer, cancellationToken);
        var created = await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
        return created?["Id"]?.GetValue<string>() ?? throw new TaskFailedException("The Docker engine created a container without an id");
    }

    public async Task CreateVolumeAsync(string name, JsonObject labels, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Post, "volumes/create", new JsonObject { ["Name"] = name, ["Labels"] = labels }, cancellationToken);
        await CheckedAsync(answer, cancellationToken);
    }

    public async Task StartAsync(string container, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"containers/{container}/start", null, cancellationToken);
        await CheckedAsync(answer, cancellationToken);
    }

    /// <returns>The exit code.</returns>
    public async Task<int> WaitAsync(string container, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"containers/{container}/wait", null, cancellationToken);
        await CheckedAsync(answer, cancellationToken);
        var ended = await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
        return ended?["StatusCode"]?.GetValue<int>() ?? -1;
    }

    /// <summary>The container's output as the engine frames it; ends when the container does.</summary>
    public async Task<(HttpResponseMessage Answer, Stream Content)> FollowOutputAsync(string container, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{Version}/containers/{container}/logs?follow=true&stdout=true&stderr=true");
        var answer = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await CheckedAsync(answer, cancellationToken);
        return (answer, await answer.Content.ReadAsStreamAsync(cancellationToken));
    }

    /// <summary>Stops a container that runs, at once or after a while; one that has ended is left alone.</summary>
    public async Task StopAsync(string container, TimeSpan grace, CancellationToken cancellationToken)
    {
        var path = grace > TimeSpan.Zero
            ? string.Create(CultureInfo.InvariantCulture, $"containers/{container}/stop?t={(int)grace.TotalSeconds}")
            : $"containers/{container}/kill";
        using var answer = await SendAsync(HttpMethod.Post, path, null, cancellationToken);
        if (answer.StatusCode is not (HttpStatusCode.Conflict or HttpStatusCode.NotFound or HttpStatusCode.NotModified))
        {
            await CheckedAsync(answer, cancellationToken);
        }
    }

    public async Task RemoveContainerAsync(string container, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Delete, $"containers/{container}?force=true", null, cancellationToken);
        _ = answer.StatusCode == HttpStatusCode.NotFound || await CheckedAsync(answer, cancellationToken);
    }

    public async Task RemoveVolumeAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Delete, $"volumes/{name}?force=true", null, cancellationToken);
        _ = answer.StatusCode == HttpStatusCode.NotFound || await CheckedAsync(answer, cancellationToken);
    }

    /// <summary>Copies a folder's content into a folder of the container.</summary>
    public async Task CopyInAsync(string container, string folder, string target, CancellationToken cancellationToken)
    {
        var archive = Path.GetTempFileName();
        try
        {
            await TarFile.CreateFromDirectoryAsync(folder, archive + ".tar", includeBaseDirectory: false, cancellationToken);
            await using var content = File.OpenRead(archive + ".tar");
            using var request = new HttpRequestMessage(HttpMethod.Put, $"{Version}/containers/{container}/archive?path={Uri.EscapeDataString(target)}") { Content = new StreamContent(content) };
            request.Content.Headers.ContentType = new("application/x-tar");
            using var answer = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
            await CheckedAsync(answer, cancellationToken);
        }
        finally
        {
            File.Delete(archive);
            File.Delete(archive + ".tar");
        }
    }

    /// <summary>Copies the content of a container's folder into a local one; what would leave that one is refused.</summary>
    public async Task CopyOutAsync(string container, string source, string folder, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{Version}/containers/{container}/archive?path={Uri.EscapeDataString(source.TrimEnd('/') + "/.")}");
        using var answer = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await CheckedAsync(answer, cancellationToken);
        await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await TarFile.ExtractToDirectoryAsync(content, folder, overwriteFiles: true, cancellationToken);
    }

    public void Dispose() => client.Dispose();

    private static string Tagged(string image) => image.LastIndexOf(':') > image.LastIndexOf('/') || image.Contains('@', StringComparison.Ordinal) ? image : image + ":latest";

    private static HttpClient OverSocket(string path) => Client(
        new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        },
        new Uri("http://docker/"));

    // Containers run as long as they run: the task's own timeout is the one that counts.
    private static HttpClient Client(HttpMessageHandler handler, Uri address) => new(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };

    private static TaskFailedException NotThere(string address, Exception? reason = null) => new(
        "Docker socket is not accessible or not found. Start a Docker engine and give the worker access to its socket, name another engine with `taskRunner.host`, "
        + $"or run the commands on the worker itself with `taskRunner: {{type: io.kestra.plugin.core.runner.Process}}`. Tried socket: {address}",
        inner: reason);

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(method, $"{Version}/{path}");
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        return SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        try
        {
            return await client.SendAsync(request, completion, cancellationToken);
        }
        catch (HttpRequestException error)
        {
            throw NotThere(host, error);
        }
    }

    private static async Task<bool> CheckedAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.IsSuccessStatusCode)
        {
            return true;
        }

        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        throw new TaskFailedException(string.Create(CultureInfo.InvariantCulture, $"The Docker engine answered {(int)answer.StatusCode}: {Message(text)}"));
    }

    private static string Message(string text)
    {
        try
        {
            return JsonNode.Parse(text)?["message"]?.GetValue<string>() ?? text;
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
