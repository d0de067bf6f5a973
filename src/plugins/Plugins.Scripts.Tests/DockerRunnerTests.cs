using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using Kestra.Model.Executions;
using Kestra.Plugins.Scripts.Languages;
using Kestra.Plugins.Scripts.Runners;
using Kestra.Plugins.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using LogLevel = Kestra.Model.Logs.LogLevel;

namespace Kestra.Plugins.Scripts.Tests;

/// <summary>The container runner against a server that answers like a Docker engine, on a socket of its own.</summary>
public sealed class DockerRunnerTests : IAsyncLifetime
{
    private readonly TestRunContext context = new();
    private readonly string folder = Directory.CreateTempSubdirectory("kestra-docker-").FullName;
    private readonly ConcurrentQueue<string> asked = [];
    private readonly TaskCompletionSource killed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication engine = null!;
    private JsonNode? created;
    private string[] sent = [];
    private bool hasImage;
    private bool runsOn;
    private int exitCode;

    private string Socket => Path.Combine(folder, "docker.sock");

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.Services.RemoveAll<ILoggerProvider>();
        builder.WebHost.ConfigureKestrel(options => options.ListenUnixSocket(Socket));
        engine = builder.Build();
        engine.Use((http, next) =>
        {
            asked.Enqueue($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}");
            return next(http);
        });
        engine.MapGet("/v1.41/images/{name}/json", () => hasImage ? Results.Json(new { Id = "i" }) : Results.Json(new { message = "No such image" }, statusCode: 404));
        engine.MapPost("/v1.41/images/create", static () => Results.Text("{\"status\":\"Pulling\"}\n"));
        engine.MapPost("/v1.41/volumes/create", static () => Results.Json(new { Name = "v" }, statusCode: 201));
        engine.MapPost("/v1.41/containers/create", async (HttpContext http) =>
        {
            created = await JsonNode.ParseAsync(http.Request.Body);
            return Results.Json(new { Id = "c1" }, statusCode: 201);
        });
        engine.MapPut("/v1.41/containers/c1/archive", async (HttpContext http) => sent = [.. (await NamesAsync(http.Request.Body)).Order(StringComparer.Ordinal)]);
        engine.MapPost("/v1.41/containers/c1/start", () =>
        {
            started.TrySetResult();
            return Results.NoContent();
        });
        engine.MapGet("/v1.41/containers/c1/logs", LogsAsync);
        engine.MapPost("/v1.41/containers/c1/wait", () => Results.Json(new { StatusCode = exitCode }));
        engine.MapPost("/v1.41/containers/c1/kill", () =>
        {
            killed.TrySetResult();
            return Results.NoContent();
        });
        engine.MapGet("/v1.41/containers/c1/archive", ArchiveAsync);
        engine.MapDelete("/v1.41/containers/c1", static () => Results.NoContent());
        engine.MapDelete("/v1.41/volumes/{name}", static () => Results.NoContent());
        await engine.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        killed.TrySetResult();
        await engine.DisposeAsync();
        context.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_script_runs_in_a_container_from_pull_to_removal()
    {
        var run = await RunAsync(new DockerRunner { Host = Property.Of<string>("unix://" + Socket), Memory = new DockerMemory { Memory = Property.Of<string>("512MB") }, Cpu = new DockerCpu { Cpus = Property.Of<double>(1.5) } });

        run.Failure.ShouldBeNull();
        run.Messages(LogLevel.INFO).ShouldBe(["hello", "tail"]);
        run.Messages(LogLevel.ERROR).ShouldBe(["oops"]);
        ((IReadOnlyDictionary<string, object?>)run.Output("vars")!)["x"].ShouldBe(1);
        context.Storage.Text((string)((IReadOnlyDictionary<string, object?>)run.Output("outputFiles")!)["out.txt"]!).ShouldBe("made inside");
        ((IReadOnlyDictionary<string, object?>)run.Output("taskRunner")!)["containerId"].ShouldBe("c1");
        sent.ShouldBe(["in.txt"]);
        created!["Image"]!.GetValue<string>().ShouldBe("alpine");
        created["WorkingDir"]!.GetValue<string>().ShouldBe(context.WorkingDirectory.Path);
        created["Cmd"]!.AsArray().Select(static item => item!.GetValue<string>()).ShouldBe(["/bin/sh", "-c", "set -e\necho hello"]);
        created["Labels"]!["kestra.io/task-id"]!.GetValue<string>().ShouldBe("task");
        created["HostConfig"]!["Memory"]!.GetValue<long>().ShouldBe(512L * 1024 * 1024);
        created["HostConfig"]!["NanoCpus"]!.GetValue<long>().ShouldBe(1_500_000_000);
        asked.ShouldContain("POST /v1.41/images/create?fromImage=alpine%3Alatest");
        asked.TakeLast(2).First().ShouldBe("DELETE /v1.41/containers/c1?force=true");
        asked.Last().ShouldStartWith("DELETE /v1.41/volumes/kestra-");
    }

    [Fact]
    public async Task A_bad_exit_code_fails_and_an_image_that_is_there_is_not_pulled()
    {
        (hasImage, exitCode) = (true, 3);
        var run = await RunAsync(new DockerRunner { Host = Property.Of<string>("unix://" + Socket) });

        run.State.ShouldBe(StateType.FAILED);
        run.Failure!.Message.ShouldBe("Command failed with exit code 3");
        asked.ShouldNotContain(static line => line.Contains("images/create"));
    }

    [Fact]
    public async Task A_folder_of_the_host_is_mounted_only_where_the_operator_allows_it()
    {
        hasImage = true;
        var runner = new DockerRunner { Host = Property.Of<string>("unix://" + Socket), Volumes = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["/etc:/etc"]), FileHandlingStrategy = Property.Of<FileHandlingStrategy>("MOUNT") };

        var run = await RunAsync(runner);
        run.Messages(LogLevel.WARN).ShouldHaveSingleItem().ShouldContain("volume-enabled");
        created!["HostConfig"]!["Binds"]!.AsArray().Count.ShouldBe(1);
        context.PluginConfiguration = new OrderedDictionary<string, object?> { ["volume-enabled"] = true };
        await RunAsync(runner);
        created["HostConfig"]!["Binds"]!.AsArray().Select(static item => item!.GetValue<string>()).Last().ShouldBe("/etc:/etc");
    }

    [Fact]
    public async Task Cancelling_kills_and_removes_the_container()
    {
        (hasImage, runsOn) = (true, true);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = new ShellCommands
        {
            TaskRunner = new DockerRunner { Host = Property.Of<string>("unix://" + Socket) },
            Commands = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["sleep 100"]),
        }.RunAsync(context, cancellation.Token);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running);

        asked.ShouldContain("POST /v1.41/containers/c1/kill");
        asked.ShouldContain("DELETE /v1.41/containers/c1?force=true");
    }

    [Fact]
    public async Task A_container_needs_an_image()
    {
        var run = await TestRun.OfAsync(
            new ShellCommands { TaskRunner = new DockerRunner(), ContainerImage = null, Commands = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["x"]) },
            context,
            TestContext.Current.CancellationToken);
        run.Failure!.Message.ShouldBe("This task runner needs the `containerImage` property to be set");
    }

    private Task<TestRun> RunAsync(DockerRunner runner) => TestRun.OfAsync(
        new ShellCommands
        {
            TaskRunner = runner,
            ContainerImage = Property.Of<string>("alpine"),
            InputFiles = new OrderedDictionary<string, object?> { ["in.txt"] = "x" },
            OutputFiles = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["out.txt"]),
            Commands = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["echo hello"]),
        },
        context,
        TestContext.Current.CancellationToken);

    // Lines are cut across frames, and the last one has no end.
    private async Task LogsAsync(HttpContext http)
    {
        foreach (var (stream, text) in new[] { (1, "hel"), (2, "oops\n"), (1, "lo\n::{\"outputs\":{\"x\":1}}::\n"), (1, "tail") })
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var frame = new byte[8 + bytes.Length];
            frame[0] = (byte)stream;
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)bytes.Length);
            bytes.CopyTo(frame, 8);
            await http.Response.Body.WriteAsync(frame);
            await http.Response.Body.FlushAsync();
        }

        if (runsOn)
        {
            await killed.Task;
        }
    }

    private static async Task ArchiveAsync(HttpContext http)
    {
        await using var writer = new TarWriter(http.Response.Body, leaveOpen: true);
        await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "./out.txt") { DataStream = new MemoryStream("made inside"u8.ToArray()) });
    }

    private static async Task<List<string>> NamesAsync(Stream archive)
    {
        var names = new List<string>();
        await using var reader = new TarReader(archive, leaveOpen: true);
        while (await reader.GetNextEntryAsync() is { } entry)
        {
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
            {
                names.Add(entry.Name);
            }
        }

        return names;
    }
}
