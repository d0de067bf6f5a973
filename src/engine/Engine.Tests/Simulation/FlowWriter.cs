using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;

namespace Kestra.Engine.Tests.Simulation;

/// <summary>Writes generated flows as the definitions that the engine takes.</summary>
internal static class FlowWriter
{
    public const string Namespace = "simulated";

    public static Flow Write(FlowPlan plan)
    {
        var raw = Map(("id", plan.Id), ("namespace", Namespace), ("tasks", List(plan.Tasks)));
        Add(raw, "errors", plan.Errors);
        Add(raw, "finally", plan.Finally);
        Add(raw, "afterExecution", plan.AfterExecution);
        if (plan.MaxAttempts is { } attempts)
        {
            raw["retry"] = Retry(attempts, warns: false, plan.RetriesByNewExecution);
        }

        if (plan.Sla is { } sla)
        {
            var labels = Map((SlaPlan.Label, "yes"));
            raw["sla"] = new List<object?>
            {
                sla.Assertion is { } assertion
                    ? Map(("id", "sla"), ("type", "EXECUTION_ASSERTION"), ("assert", assertion), ("behavior", sla.Behavior), ("labels", labels))
                    : Map(("id", "sla"), ("type", "MAX_DURATION"), ("duration", "PT2S"), ("behavior", sla.Behavior), ("labels", labels)),
            };
        }

        if (plan.Limit is { } limit)
        {
            raw["concurrency"] = Map(("limit", limit), ("behavior", "QUEUE"));
        }

        var faults = new List<DefinitionFault>();
        var flow = DefinitionReader.ReadFlow(raw, Tenants.Default, faults) with { Revision = 1 };
        return faults.Count == 0 ? flow : throw new InvalidOperationException(string.Join("; ", faults));
    }

    private static OrderedDictionary<string, object?> Task(TaskPlan plan)
    {
        var raw = Map(("id", plan.Id), ("type", TypeOf(plan.Kind)));
        AddCommon(raw, plan);
        AddOwn(raw, plan);
        Add(raw, "errors", plan.Errors);
        Add(raw, "finally", plan.Finally);
        return raw;
    }

    private static void AddCommon(OrderedDictionary<string, object?> raw, TaskPlan plan)
    {
        if (plan.AllowFailure)
        {
            raw["allowFailure"] = true;
        }

        if (plan.AllowWarning)
        {
            raw["allowWarning"] = true;
        }

        if (plan.Disabled)
        {
            raw["disabled"] = true;
        }

        if (plan.Skipped || plan.AsksOutside)
        {
            raw["runIf"] = Truth(!plan.Skipped, plan.AsksOutside);
        }

        if (plan.MaxAttempts is { } attempts)
        {
            raw["retry"] = Retry(attempts, plan.WarningOnRetry, plan.RetriesByNewExecution);
        }
    }

    private static void AddOwn(OrderedDictionary<string, object?> raw, TaskPlan plan)
    {
        switch (plan.Kind)
        {
            case TaskKind.Work:
                raw["message"] = "simulated";
                break;
            case TaskKind.Variables:
                raw["variables"] = Map((plan.Id, "set"));
                break;
            case TaskKind.If:
                raw["condition"] = Truth(true, plan.AsksOutside);
                raw["then"] = List(plan.Tasks);
                raw["else"] = List(plan.Others);
                break;
            case TaskKind.Switch:
                raw["value"] = plan.AsksOutside ? "{{ kv('yes') }}" : "true";
                raw["cases"] = Map(("true", List(plan.Tasks)));
                raw["defaults"] = List(plan.Others);
                break;
            case TaskKind.Dag:
                raw["concurrent"] = plan.Concurrency;
                raw["tasks"] = plan.Tasks.Select(object? (task) => plan.DependsOn.TryGetValue(task.Id, out var before)
                    ? Map(("task", Task(task)), ("dependsOn", before.ToList<object?>()))
                    : Map(("task", Task(task)))).ToList();
                break;
            case TaskKind.ForEach:
                raw["values"] = plan.Values.ToList<object?>();
                raw["concurrencyLimit"] = plan.Concurrency;
                raw["tasks"] = List(plan.Tasks);
                break;
            case TaskKind.EachSequential or TaskKind.EachParallel:
                raw["value"] = plan.Values.ToList<object?>();
                raw["tasks"] = List(plan.Tasks);
                if (plan.Kind == TaskKind.EachParallel)
                {
                    raw["concurrent"] = plan.Concurrency;
                }

                break;
            case TaskKind.Loop:
                raw["condition"] = Truth(false, plan.AsksOutside);
                raw["failOnMaxReached"] = plan.FailsAtMaximum;
                raw["checkFrequency"] = Map(("maxIterations", plan.Iterations), ("interval", "PT1S"));
                raw["tasks"] = List(plan.Tasks);
                break;
            case TaskKind.Pause:
                raw["behavior"] = plan.PauseBehavior;
                if (plan.OnPause is { } onPause)
                {
                    raw["onPause"] = Task(onPause);
                }

                if (plan.PauseEnds)
                {
                    raw["pauseDuration"] = plan.AsksOutside ? "{{ kv('second') }}" : "PT1S";
                }

                break;
            case TaskKind.Exit:
                raw["state"] = plan.ExitState;
                break;
            case TaskKind.Batch:
                var items = plan.Tasks[1];
                raw["items"] = "kestra:///items";
                raw["namespace"] = Namespace;
                raw["flowId"] = items.Child!.Id;
                raw["wait"] = items.Wait;
                raw["transmitFailed"] = items.TransmitFailed;
                break;
            case TaskKind.Subflow:
                raw["namespace"] = Namespace;
                raw["flowId"] = plan.Child!.Id;
                raw["wait"] = plan.Wait;
                raw["transmitFailed"] = plan.TransmitFailed;
                break;
            case TaskKind.Parallel:
                raw["concurrent"] = plan.Concurrency;
                raw["tasks"] = List(plan.Tasks);
                break;
            default:
                raw["tasks"] = List(plan.Tasks);
                break;
        }
    }

    private static string TypeOf(TaskKind kind) => kind switch
    {
        TaskKind.Work => "io.kestra.plugin.core.log.Log",
        TaskKind.Variables => "io.kestra.plugin.core.execution.SetVariables",
        TaskKind.Exit => "io.kestra.plugin.core.execution.Exit",
        TaskKind.Batch => "io.kestra.plugin.core.flow.ForEachItem",
        TaskKind.Loop => "io.kestra.plugin.core.flow.LoopUntil",
        TaskKind.Directory => "io.kestra.plugin.core.flow.WorkingDirectory",
        _ => $"io.kestra.plugin.core.flow.{kind}",
    };

    private static string Truth(bool value, bool asksOutside) => (value, asksOutside) switch
    {
        (true, true) => "{{ kv('yes') }}",
        (false, true) => "{{ kv('no') }}",
        (true, false) => "true",
        _ => "false",
    };

    private static OrderedDictionary<string, object?> Retry(int attempts, bool warns, bool byNewExecution) => Map(
        ("type", "constant"), ("interval", "PT1S"), ("maxAttempts", attempts), ("warningOnRetry", warns),
        ("behavior", byNewExecution ? "CREATE_NEW_EXECUTION" : "RETRY_FAILED_TASK"));

    private static void Add(OrderedDictionary<string, object?> raw, string name, IReadOnlyList<TaskPlan> tasks)
    {
        if (tasks.Count > 0)
        {
            raw[name] = List(tasks);
        }
    }

    private static List<object?> List(IReadOnlyList<TaskPlan> tasks) => [.. tasks.Select(Task)];

    private static OrderedDictionary<string, object?> Map(params (string Key, object? Value)[] pairs) => new(pairs.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)), StringComparer.Ordinal);
}
