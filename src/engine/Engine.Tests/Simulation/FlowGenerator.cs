namespace Kestra.Engine.Tests.Simulation;

/// <summary>Makes random flows: every flowable task, nested up to four deep, small enough to run thousands of them.</summary>
internal sealed class FlowGenerator(Random random, FlowFeatures features = FlowFeatures.Plain)
{
    private const int Deepest = 4;
    private int tasks;
    private int flows;

    public FlowPlan Flow() => Flow(depth: 0) with { Limit = Chance(10) ? random.Next(1, 3) : null };

    private FlowPlan Flow(int depth) => new($"flow{++flows}", List(depth, 1, 4))
    {
        Errors = Chance(25) ? List(Deepest, 1, 2) : [],
        Finally = Chance(20) ? List(Deepest, 1, 2) : [],
        AfterExecution = Chance(20) ? List(Deepest, 1, 2) : [],
        MaxAttempts = Chance(5) ? 2 : null,
        Sla = features == FlowFeatures.Plain ? null : Sla(),
        RetriesByNewExecution = features == FlowFeatures.All && Chance(30),
    };

    private SlaPlan? Sla() => !Chance(15) ? null : new SlaPlan(
        Chance(40) ? null : Pick("true", "false", "{{ kv('yes') }}", "{{ kv('no') }}", "{{ taskrun.nope }}"),
        features == FlowFeatures.All ? Pick("NONE", "FAIL", "CANCEL") : "NONE");

    private IReadOnlyList<TaskPlan> List(int depth, int least, int most) => [.. Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => Task(depth))];

    private TaskPlan Task(int depth)
    {
        var kind = depth >= Deepest - 1 || Chance(45) ? TaskKind.Work : (TaskKind)random.Next(1, Kinds);
        var task = Shaped(new TaskPlan($"t{++tasks}", kind), depth);
        return task with
        {
            AllowFailure = Chance(12),
            AllowWarning = Chance(8),
            Disabled = Chance(5),
            Skipped = Chance(8),
            AsksOutside = Chance(10),
            MaxAttempts = Chance(12) ? random.Next(2, 4) : null,
            WarningOnRetry = Chance(30),
            RetriesByNewExecution = features == FlowFeatures.All && Chance(15),
            Errors = HasBranches(kind) && Chance(15) ? List(Deepest, 1, 2) : [],
            Finally = HasBranches(kind) && Chance(12) ? List(Deepest, 1, 2) : [],
        };
    }

    private int Kinds => 1 + (int)(features switch { FlowFeatures.Plain => TaskKind.Variables, FlowFeatures.More => TaskKind.Batch, _ => TaskKind.Exit });

    private TaskPlan Shaped(TaskPlan task, int depth)
    {
        switch (task.Kind)
        {
            case TaskKind.Work or TaskKind.Variables:
                return task;
            case TaskKind.Parallel:
                return task with { Tasks = List(depth + 1, 1, 4), Concurrency = random.Next(0, 3) };
            case TaskKind.Dag:
                var nodes = List(depth + 1, 1, 4);
                return task with { Tasks = nodes, Concurrency = random.Next(0, 3), DependsOn = Dependencies(nodes) };
            case TaskKind.If or TaskKind.Switch:
                return task with { Tasks = List(depth + 1, 1, 3), Others = List(depth + 1, 1, 2) };
            case TaskKind.ForEach:
                return task with { Tasks = List(depth + 1, 1, 3), Values = Values(), Concurrency = random.Next(0, 3) };
            case TaskKind.EachSequential:
                return task with { Tasks = List(depth + 1, 1, 3), Values = Values() };
            case TaskKind.EachParallel:
                return task with { Tasks = List(depth + 1, 1, 3), Values = Values(), Concurrency = random.Next(0, 3) };
            case TaskKind.Loop:
                return task with { Tasks = List(depth + 1, 1, 2), Iterations = random.Next(1, 4), FailsAtMaximum = Chance(25) };
            case TaskKind.Pause:
                return task with { PauseBehavior = Pick("RESUME", "WARN", "FAIL"), PauseEnds = Chance(60), OnPause = features != FlowFeatures.Plain && Chance(40) ? Work() : null };
            case TaskKind.Directory:
                return task with { Tasks = [.. List(Deepest, 1, 3).Select(child => child with { MaxAttempts = null, AsksOutside = false })] };
            case TaskKind.Exit:
                return task with { ExitState = Pick("SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELED") };
            case TaskKind.Batch:
                return Batch(task, depth);
            case TaskKind.Subflow:
                return task with { Child = Flow(depth + 2), Wait = Chance(80), TransmitFailed = Chance(70) };
            default:
                return task with { Tasks = List(depth + 1, 1, 4) };
        }
    }

    // It is three tasks in a row: one that splits, one that runs the flow for each part, one that merges.
    private TaskPlan Batch(TaskPlan task, int depth)
    {
        var items = new TaskPlan(task.Id + "_items", TaskKind.Batch)
        {
            Child = Flow(depth + 2) with { Limit = null },
            Parts = random.Next(0, 4),
            Wait = Chance(80),
            TransmitFailed = Chance(70),
        };
        return task with { Tasks = [new TaskPlan(task.Id + "_split", TaskKind.Work) { Parts = items.Parts }, items, new TaskPlan(task.Id + "_merge", TaskKind.Work)] };
    }

    private TaskPlan Work() => new($"t{++tasks}", TaskKind.Work) { MaxAttempts = Chance(20) ? 2 : null };

    private Dictionary<string, IReadOnlyList<string>> Dependencies(IReadOnlyList<TaskPlan> nodes)
    {
        var dependencies = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        for (var index = 1; index < nodes.Count; index++)
        {
            var before = nodes.Take(index).Where(_ => Chance(40)).Select(task => task.Id).ToList();
            if (before.Count > 0)
            {
                dependencies[nodes[index].Id] = before;
            }
        }

        return dependencies;
    }

    private static bool HasBranches(TaskKind kind) => kind is not (TaskKind.Work or TaskKind.Variables or TaskKind.Subflow or TaskKind.Pause or TaskKind.Exit);

    private IReadOnlyList<string> Values() => [.. "abcd".Take(random.Next(0, 5)).Select(letter => letter.ToString())];

    private bool Chance(int percent) => random.Next(100) < percent;

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];
}
