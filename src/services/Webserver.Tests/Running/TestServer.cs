using System.Text;
using System.Text.Json;
using Kestra.Cli.Composition;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Logging;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kestra.Webserver.Tests.Running;

/// <summary>A whole server in this process, as operators run it, on an empty folder of its own.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string folder;

    private TestServer(KestraServer server, string folder)
    {
        Server = server;
        this.folder = folder;
    }

    public KestraServer Server { get; }

    public int Port => Server.Port!.Value;

    public int ManagementPort => Server.ManagementPort!.Value;

    /// <param name="options">Changes the options of the web server; credentials are not asked for unless it says so.</param>
    public static async Task<TestServer> StartAsync(Func<WebserverOptions, WebserverOptions>? options = null, Action<IServiceCollection>? replace = null, IReadOnlyDictionary<string, object?>? settings = null)
    {
        var created = Directory.CreateTempSubdirectory("kestra-web-").FullName;
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["SECRET_MY_SECRET"] = Convert.ToBase64String("hush"u8) };
        var builder = new ConfigurationBuilder(environment).ForceLocal(created)
            .Force("micronaut.server.port", "0")
            .Force("kestra.encryption.secret-key", Convert.ToBase64String("0123456789abcdef0123456789abcdef"u8));
        foreach (var (key, value) in settings ?? new Dictionary<string, object?>(StringComparer.Ordinal))
        {
            builder.Force(key, value);
        }

        var server = KestraServer.Create(builder.Build(), ServerType.Standalone, ServerParts.All, new LogLevels(), services =>
        {
            var given = (WebserverOptions)services.Last(static service => service.ServiceType == typeof(WebserverOptions)).ImplementationInstance! with { Authentication = false, FollowPatience = TimeSpan.FromMilliseconds(50) };
            services.Replace(ServiceDescriptor.Singleton(options?.Invoke(given) ?? given));
            replace?.Invoke(services);
        });
        await server.StartAsync(TestContext.Current.CancellationToken);
        return new TestServer(server, created);
    }

    public async ValueTask DisposeAsync()
    {
        // What still runs in the test's server is nothing to wait for.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await Server.StopAsync(now.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    public Task<Answer> SendAsync(string method, string target, byte[]? body = null, string? type = null, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var all = new List<KeyValuePair<string, string>>();
        foreach (var (name, value) in headers)
        {
            all.Add(KeyValuePair.Create(name, value));
        }

        if (type is not null)
        {
            all.Add(KeyValuePair.Create("Content-Type", type));
        }

        return RawClient.SendAsync(Port, method, target, all, body ?? (method is "POST" or "PUT" or "PATCH" ? [] : null));
    }

    public Task<Answer> GetAsync(string target) => SendAsync("GET", target);

    public Task<Answer> SendJsonAsync(string method, string target, object body) => SendAsync(method, target, JsonSerializer.SerializeToUtf8Bytes(body), "application/json");

    /// <summary>Stores a flow, whether it is new or not.</summary>
    public async Task PutFlowAsync(string source)
    {
        using var reader = new StringReader(source);
        var answer = await SendAsync("POST", "/api/v1/main/flows/bulk?delete=false", Encoding.UTF8.GetBytes(source), "application/x-yaml");
        answer.Status.ShouldBe(200, answer.Text);
    }

    /// <summary>Creates an execution.</summary>
    public async Task<string> CreateAsync(string @namespace, string flowId, string query = "", params IReadOnlyList<(string Name, string Value)> inputs)
    {
        var answer = inputs.Count == 0
            ? await SendAsync("POST", $"/api/v1/main/executions/{@namespace}/{flowId}{query}")
            : await SendAsync("POST", $"/api/v1/main/executions/{@namespace}/{flowId}{query}", MultipartBody.Of([.. inputs.Select(static input => new MultipartPart(input.Name, Encoding.UTF8.GetBytes(input.Value)))]), MultipartBody.Type);
        answer.Status.ShouldBe(200, answer.Text);
        return answer.Json.GetProperty("id").GetString()!;
    }

    /// <summary>Creates an execution and waits until it has ended.</summary>
    public async Task<Execution> RunAsync(string @namespace, string flowId, params IReadOnlyList<(string Name, string Value)> inputs)
    {
        var id = await CreateAsync(@namespace, flowId, "", inputs);
        return await UntilAsync(id, static execution => execution.State.Current.IsTerminated);
    }

    /// <summary>Waits until an execution is as wanted.</summary>
    public async Task<Execution> UntilAsync(string id, Func<Execution, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        Execution? last = null;
        try
        {
            await foreach (var execution in Server.Services.GetRequiredService<IExecutionFollow>().FollowAsync(Tenants.Default, id, limit.Token))
            {
                last = execution;
                if (wanted(execution))
                {
                    return execution;
                }
            }
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"Execution {id} of {last?.Namespace}.{last?.FlowId} is still {last?.State.Current} after {Patience.TotalSeconds} seconds", late);
        }

        throw new InvalidOperationException($"Execution {id} of {last?.Namespace}.{last?.FlowId} ended as {last?.State.Current} and was never as wanted");
    }

    public Task<Execution> UntilAsync(string id, StateType state) => UntilAsync(id, execution => execution.State.Current == state);
}
