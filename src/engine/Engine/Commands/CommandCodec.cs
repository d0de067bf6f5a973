using System.Text.Json;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using NodaTime;

namespace Kestra.Engine;

/// <summary>Commands as UTF-8 JSON, for their way between processes: one object with the kind, values in the internal profile.</summary>
public static class CommandCodec
{
    public static void Write(Utf8JsonWriter writer, Command command)
    {
        writer.WriteStartObject();
        writer.WriteString("k"u8, KindOf(command));
        WriteContent(writer, command);
        writer.WriteEndObject();
    }

    /// <exception cref="JsonException">Not a known command.</exception>
    public static Command Read(JsonElement element) => element.GetProperty("k"u8).GetString() switch
    {
        "create" => new Command.Create(ModelJson.ReadExecution(element.GetProperty("v"u8))) { Failure = Text(element, "failure") },
        "started" => new Command.TaskStarted(Text(element, "run")!, Number(element, "attempt"), Date(element, "start"), Text(element, "worker")!),
        "result" => ReadResult(element),
        "child" => new Command.ChildReported(ModelJson.ReadTaskRun(element.GetProperty("v"u8))),
        "lost" => new Command.WorkerLost(Text(element, "run")!, Number(element, "attempt")),
        "timer" => new Command.TimerFired(Text(element, "key")!, element.GetProperty("v"u8).GetBytesFromBase64()),
        "slot" => new Command.SlotDecided(Flag(element, "granted")),
        "evaluated" => new Command.Evaluated(Text(element, "id")!, Value(element, "v"), Text(element, "error")),
        "subStarted" => new Command.SubflowStarted(Text(element, "run")!, Text(element, "sub")!, Text(element, "namespace") is { } @namespace ? new SubflowTarget(@namespace, Text(element, "flow")!) : null),
        "subRefused" => new Command.SubflowRefused(Text(element, "run")!, Text(element, "sub")!, Text(element, "message")!),
        "subEnded" => new Command.SubflowEnded(Text(element, "run")!, Text(element, "sub")!, State(element), Map(element, "outputs"), Text(element, "replacement"))
        {
            DeclaresOutputs = element.TryGetProperty("declares"u8, out _),
            OutputsError = Text(element, "outputsError"),
        },
        "tellEnd" => new Command.TellEnd(Text(element, "parent")!, Text(element, "run")!),
        "kill" => new Command.Kill(Flag(element, "cascade")),
        "pause" => new Command.Pause(),
        "resume" => new Command.Resume(Map(element, "inputs"), Text(element, "by")),
        "restart" => new Command.Restart(element.TryGetProperty("revision"u8, out var revision) ? revision.GetInt32() : null),
        "runState" => new Command.ChangeTaskRunState(Text(element, "run")!, State(element)),
        "state" => new Command.ChangeState(State(element)),
        "labels" => new Command.SetLabels([.. Texts(element, "v")!.Chunk(2).Select(static pair => new Label(pair[0], pair[1]))]),
        "force" => new Command.ForceRun(),
        "unqueue" => new Command.Unqueue(State(element)),
        "breakpoint" => new Command.ResumeFromBreakpoint(Texts(element, "v")?.Select(Breakpoint.Parse).ToList()),
        var kind => throw new JsonException($"The command of kind '{kind}' is not known."),
    };

    private static string KindOf(Command command) => command switch
    {
        Command.Create => "create",
        Command.TaskStarted => "started",
        Command.TaskResult => "result",
        Command.ChildReported => "child",
        Command.WorkerLost => "lost",
        Command.TimerFired => "timer",
        Command.SlotDecided => "slot",
        Command.Evaluated => "evaluated",
        Command.SubflowStarted => "subStarted",
        Command.SubflowRefused => "subRefused",
        Command.SubflowEnded => "subEnded",
        Command.TellEnd => "tellEnd",
        Command.Kill => "kill",
        Command.Pause => "pause",
        Command.Resume => "resume",
        Command.Restart => "restart",
        Command.ChangeTaskRunState => "runState",
        Command.ChangeState => "state",
        Command.SetLabels => "labels",
        Command.ForceRun => "force",
        Command.Unqueue => "unqueue",
        Command.ResumeFromBreakpoint => "breakpoint",
        _ => throw new InvalidOperationException($"The command {command.GetType().Name} has no form."),
    };

    private static void WriteContent(Utf8JsonWriter writer, Command command)
    {
        switch (command)
        {
            case Command.Create create:
                WriteText(writer, "failure", create.Failure);
                writer.WritePropertyName("v"u8);
                ModelJson.Write(writer, create.Execution, JsonProfile.Database);
                break;
            case Command.TaskStarted started:
                WriteAttempt(writer, started.TaskRunId, started.Attempt);
                writer.WriteNumber("start"u8, started.StartedAt.ToUnixTimeTicks());
                writer.WriteString("worker"u8, started.WorkerId);
                break;
            case Command.TaskResult result:
                WriteResult(writer, result);
                break;
            case Command.ChildReported child:
                writer.WritePropertyName("v"u8);
                ModelJson.Write(writer, child.TaskRun, JsonProfile.Database);
                break;
            case Command.WorkerLost lost:
                WriteAttempt(writer, lost.TaskRunId, lost.Attempt);
                break;
            case Command.TimerFired timer:
                writer.WriteString("key"u8, timer.Key);
                writer.WriteBase64String("v"u8, timer.Payload.Span);
                break;
            case Command.SlotDecided slot:
                writer.WriteBoolean("granted"u8, slot.Granted);
                break;
            case Command.Evaluated evaluated:
                writer.WriteString("id"u8, evaluated.EvaluationId);
                WriteText(writer, "error", evaluated.Error);
                writer.WritePropertyName("v"u8);
                ModelJson.WriteValue(writer, evaluated.Value, JsonProfile.Database);
                break;
            case Command.SubflowStarted started:
                WriteSubflow(writer, started.TaskRunId, started.SubflowExecutionId);
                WriteText(writer, "namespace", started.Created?.Namespace);
                WriteText(writer, "flow", started.Created?.FlowId);
                break;
            case Command.SubflowRefused refused:
                WriteSubflow(writer, refused.TaskRunId, refused.SubflowExecutionId);
                writer.WriteString("message"u8, refused.Message);
                break;
            case Command.TellEnd tell:
                WriteText(writer, "parent", tell.ParentExecutionId);
                WriteText(writer, "run", tell.ParentTaskRunId);
                break;
            case Command.SubflowEnded ended:
                WriteSubflow(writer, ended.TaskRunId, ended.SubflowExecutionId);
                WriteState(writer, ended.State);
                WriteMap(writer, "outputs", ended.Outputs);
                WriteText(writer, "replacement", ended.Replacement);
                WriteText(writer, "outputsError", ended.OutputsError);
                if (ended.DeclaresOutputs)
                {
                    writer.WriteBoolean("declares"u8, true);
                }

                break;
            case Command.Kill kill:
                writer.WriteBoolean("cascade"u8, kill.Cascade);
                break;
            case Command.Resume resume:
                WriteMap(writer, "inputs", resume.Inputs);
                WriteText(writer, "by", resume.By);
                break;
            case Command.Restart { Revision: { } revision }:
                writer.WriteNumber("revision"u8, revision);
                break;
            case Command.ChangeTaskRunState change:
                writer.WriteString("run"u8, change.TaskRunId);
                WriteState(writer, change.State);
                break;
            case Command.ChangeState change:
                WriteState(writer, change.State);
                break;
            case Command.SetLabels labels:
                WriteTexts(writer, "v", labels.Labels.SelectMany(static label => new[] { label.Key, label.Value }));
                break;
            case Command.Unqueue unqueue:
                WriteState(writer, unqueue.State);
                break;
            case Command.ResumeFromBreakpoint { Breakpoints: { } breakpoints }:
                WriteTexts(writer, "v", breakpoints.Select(static breakpoint => breakpoint.ToString()));
                break;
        }
    }

    private static void WriteResult(Utf8JsonWriter writer, Command.TaskResult result)
    {
        WriteAttempt(writer, result.TaskRunId, result.Attempt);
        WriteState(writer, result.State);
        writer.WriteNumber("start"u8, result.StartedAt.ToUnixTimeTicks());
        writer.WriteNumber("end"u8, result.EndedAt.ToUnixTimeTicks());
        WriteMap(writer, "outputs", result.Outputs);
        WriteText(writer, "worker", result.WorkerId);
        WriteText(writer, "log", result.LogFile);
        if (result.DynamicTaskRuns is { } runs)
        {
            writer.WriteStartArray("runs"u8);
            foreach (var run in runs)
            {
                ModelJson.Write(writer, run, JsonProfile.Database);
            }

            writer.WriteEndArray();
        }
    }

    private static Command.TaskResult ReadResult(JsonElement element) => new(
        Text(element, "run")!,
        Number(element, "attempt"),
        State(element),
        Date(element, "start"),
        Date(element, "end"),
        Map(element, "outputs"),
        Text(element, "worker"),
        Text(element, "log"))
    {
        DynamicTaskRuns = element.TryGetProperty("runs"u8, out var runs) ? [.. runs.EnumerateArray().Select(ModelJson.ReadTaskRun)] : null,
    };

    private static void WriteAttempt(Utf8JsonWriter writer, string taskRunId, int attempt)
    {
        writer.WriteString("run"u8, taskRunId);
        writer.WriteNumber("attempt"u8, attempt);
    }

    private static void WriteSubflow(Utf8JsonWriter writer, string taskRunId, string executionId)
    {
        writer.WriteString("run"u8, taskRunId);
        writer.WriteString("sub"u8, executionId);
    }

    private static void WriteState(Utf8JsonWriter writer, StateType state) => writer.WriteString("state"u8, state.ToString());

    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter writer, string name, IReadOnlyDictionary<string, object?>? map)
    {
        if (map is not null)
        {
            writer.WritePropertyName(name);
            ModelJson.WriteValue(writer, map, JsonProfile.Database);
        }
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static List<string>? Texts(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? [.. value.EnumerateArray().Select(static text => text.GetString()!)] : null;

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static bool Flag(JsonElement element, string name) => element.GetProperty(name).GetBoolean();

    private static Instant Date(JsonElement element, string name) => Instant.FromUnixTimeTicks(element.GetProperty(name).GetInt64());

    private static StateType State(JsonElement element) => Enum.Parse<StateType>(element.GetProperty("state"u8).GetString()!);

    private static object? Value(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? ModelJson.ReadValue(value) : null;

    private static IReadOnlyDictionary<string, object?>? Map(JsonElement element, string name) => Value(element, name) as IReadOnlyDictionary<string, object?>;
}
