using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kestra.Plugins.Runners;
using Kestra.Plugins.Scripts.Runners;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Scripts.Docker;

/// <summary>The container as the engine wants it described.</summary>
internal sealed partial class DockerDefinition(DockerRunner runner, IRunContext context, TaskCommands commands)
{
    private const int LabelLength = 63;

    public JsonObject Build(string image, string? volume) => new()
    {
        ["Image"] = image,
        ["Cmd"] = Texts(commands.Arguments),
        ["Entrypoint"] = Texts(runner.EntryPoint.Render(context) ?? []),
        ["Env"] = Texts(Environment().Select(static pair => $"{pair.Key}={pair.Value}")),
        ["WorkingDir"] = commands.WorkingDirectory,
        ["User"] = runner.User?.Render(context),
        ["Labels"] = Labels(),
        ["ExposedPorts"] = new JsonObject(Ports().Select(static port => KeyValuePair.Create(port.Container, (JsonNode?)new JsonObject()))),
        ["HostConfig"] = HostConfig(volume),
    };

    public JsonObject Labels()
    {
        var labels = new JsonObject();
        Add("namespace", context.Namespace);
        Add("flow-id", context.FlowId);
        Add("task-id", context.TaskRun?.TaskId);
        Add("execution-id", context.ExecutionId);
        Add("taskrun-id", context.TaskRun?.Id);
        Add("taskrun-attempt", (context.TaskRun?.Attempts?.Count ?? 0).ToString(CultureInfo.InvariantCulture));
        return labels;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                labels["kestra.io/" + name] = (value.Length <= LabelLength ? value : value[..LabelLength]).TrimEnd('-', '.', '_');
            }
        }
    }

    private JsonObject HostConfig(string? volume)
    {
        var config = new JsonObject
        {
            ["Binds"] = Texts([$"{volume ?? commands.WorkingDirectory}:{commands.WorkingDirectory}", .. Volumes()]),
            ["NetworkMode"] = runner.NetworkMode?.Render(context),
            ["ExtraHosts"] = Texts(runner.ExtraHosts?.Render(context) ?? []),
            ["Privileged"] = runner.Privileged?.Render(context) ?? false,
            ["ShmSize"] = Size(runner.ShmSize),
            ["NanoCpus"] = runner.Cpu?.Cpus?.Render(context) is { } cpus ? (long)(cpus * 1_000_000_000) : null,
            ["PortBindings"] = new JsonObject(Ports().Select(static port => KeyValuePair.Create(port.Container, (JsonNode?)new JsonArray(new JsonObject { ["HostPort"] = port.Host })))),
        };
        if (runner.Memory is { } memory)
        {
            config["Memory"] = Size(memory.Memory);
            config["MemorySwap"] = Size(memory.MemorySwap);
            config["MemoryReservation"] = Size(memory.MemoryReservation);
            config["KernelMemory"] = Size(memory.KernelMemory);
            config["MemorySwappiness"] = memory.MemorySwappiness?.Render(context) is { } swappiness ? PropertyConversion.To<long>(swappiness) : null;
            config["OomKillDisable"] = memory.OomKillDisable?.Render(context);
        }

        if (runner.DeviceRequests is { Count: > 0 } devices)
        {
            config["DeviceRequests"] = new JsonArray([.. devices.Select(Device)]);
        }

        return config;
    }

    private JsonObject Device(DockerDeviceRequest device) => new()
    {
        ["Driver"] = device.Driver?.Render(context),
        ["Count"] = device.Count?.Render(context),
        ["DeviceIDs"] = Texts(device.DeviceIds?.Render(context) ?? []),
        ["Capabilities"] = new JsonArray([.. (device.Capabilities?.Render(context) ?? []).Select(static set => (JsonNode?)Texts(set is IReadOnlyList<object?> list ? list.OfType<string>() : [set as string ?? ""]))]),
        ["Options"] = new JsonObject((device.Options?.Render(context) ?? new OrderedDictionary<string, string>()).Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
    };

    private IEnumerable<KeyValuePair<string, string>> Environment()
    {
        foreach (var pair in commands.Environment)
        {
            yield return pair;
        }

        yield return KeyValuePair.Create("WORKING_DIR", commands.WorkingDirectory);
        if (commands.OutputDirectory is { } folder)
        {
            yield return KeyValuePair.Create("OUTPUT_DIR", folder);
        }
    }

    // Folders of the host are within reach only where the operator allows it.
    private IReadOnlyList<string> Volumes()
    {
        var volumes = runner.Volumes?.Render(context) ?? [];
        if (volumes.Count > 0 && PropertyConversion.To<bool>(context.PluginConfiguration.GetValueOrDefault("volume-enabled")) != true)
        {
            context.Logger.Warn("The volumes of the task runner are ignored: the plugin configuration `volume-enabled` of io.kestra.plugin.scripts.runner.docker.Docker is not true.");
            return [];
        }

        return volumes;
    }

    private IEnumerable<(string Container, string Host)> Ports() =>
        from binding in runner.PortBindings?.Render(context) ?? []
        let parts = binding.Split(':')
        let container = parts[^1]
        select (container.Contains('/', StringComparison.Ordinal) ? container : container + "/tcp", parts.Length > 1 ? parts[^2] : "");

    private long? Size(Property<string>? property)
    {
        if (property?.Render(context) is not { Length: > 0 } text)
        {
            return null;
        }

        if (SizePattern().Match(text.Trim()) is not { Success: true } match)
        {
            throw new TaskFailedException($"Invalid size with value '{text}'");
        }

        return long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * match.Groups[2].Value.ToUpperInvariant() switch
        {
            "K" => 1024L,
            "M" => 1024L * 1024,
            "G" => 1024L * 1024 * 1024,
            "T" => 1024L * 1024 * 1024 * 1024,
            _ => 1L,
        };
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(static text => (JsonNode?)text)]);

    [GeneratedRegex(@"\A([0-9]{1,12})\s*([KMGT]?)i?B?\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SizePattern();
}
