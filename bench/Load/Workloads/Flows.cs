using System.Globalization;
using System.Text;

namespace Kestra.Load.Workloads;

/// <summary>The flows that are measured.</summary>
internal static class Flows
{
    /// <summary>B1: one Log task.</summary>
    public const string OneTask = """
        id: one
        namespace: bench
        tasks:
          - id: log
            type: io.kestra.plugin.core.log.Log
            message: Hello {{ execution.id }}
        """;

    /// <summary>Webhook whose body is passed through three tasks.</summary>
    public const string Webhook = """
        id: hook
        namespace: bench
        tasks:
          - id: first
            type: io.kestra.plugin.core.debug.Return
            format: "{{ trigger.body.items | length }}"
          - id: second
            type: io.kestra.plugin.core.debug.Return
            format: "{{ trigger.body.items[0].name | upper }}"
          - id: third
            type: io.kestra.plugin.core.debug.Return
            format: "{{ outputs.first.value }} {{ outputs.second.value }}"
        triggers:
          - id: hook
            type: io.kestra.plugin.core.trigger.Webhook
            key: bench-key
        """;

    /// <summary>A shell task.</summary>
    public const string Shell = """
        id: shell
        namespace: bench
        tasks:
          - id: run
            type: io.kestra.plugin.scripts.shell.Commands
            taskRunner:
              type: io.kestra.plugin.core.runner.Process
            commands: ["true"]
        """;

    /// <summary>B2: ten tasks in sequence, each with the output of the one before.</summary>
    public static string TenTasks { get; } = Chain(10);

    /// <summary>B3: a ForEach over so many values.</summary>
    public static string ForEach(int values) => $$$"""
        id: each{{{values.ToString(CultureInfo.InvariantCulture)}}}
        namespace: bench
        tasks:
          - id: each
            type: io.kestra.plugin.core.flow.ForEach
            concurrencyLimit: 0
            values: "{{ range(1, {{{values.ToString(CultureInfo.InvariantCulture)}}}) }}"
            tasks:
              - id: value
                type: io.kestra.plugin.core.debug.Return
                format: "{{ taskrun.value }}"
        """;

    /// <summary>A flowable task around so many tasks.</summary>
    public static string Wide(string id, string type, int tasks)
    {
        var flow = new StringBuilder();
        flow.Append(CultureInfo.InvariantCulture, $"id: {id}\nnamespace: bench\ntasks:\n  - id: all\n    type: io.kestra.plugin.core.flow.{type}\n    tasks:\n");
        for (var task = 0; task < tasks; task++)
        {
            flow.Append(CultureInfo.InvariantCulture, $"      - id: t{task}\n        type: io.kestra.plugin.core.debug.Return\n        format: done\n");
        }

        return flow.ToString();
    }

    /// <summary>One of many flows that are stored and never run.</summary>
    public static string Numbered(int number) => $"""
        id: numbered{number.ToString(CultureInfo.InvariantCulture)}
        namespace: bench.numbered
        labels:
          number: "{number.ToString(CultureInfo.InvariantCulture)}"
        tasks:
          - id: log
            type: io.kestra.plugin.core.log.Log
            message: Hello from {number.ToString(CultureInfo.InvariantCulture)}
        """;

    /// <summary>One in so many of the flows with schedules has one that is due every second.</summary>
    public const int EverySecondEach = 50;

    /// <summary>Ten tasks that wait a tenth of a second each: something is always under way. Flows of other numbers are in other partitions.</summary>
    public static string Waiting(int number)
    {
        var flow = new StringBuilder();
        flow.Append(CultureInfo.InvariantCulture, $"id: waiting{number}\nnamespace: bench.waiting\ntasks:\n");
        for (var task = 0; task < 10; task++)
        {
            flow.Append(CultureInfo.InvariantCulture, $"  - id: t{task}\n    type: io.kestra.plugin.core.flow.Sleep\n    duration: PT0.1S\n");
        }

        return flow.ToString();
    }

    /// <summary>A flow with many schedules: one that fires every second, the others once a year.</summary>
    public static string Scheduled(int number, int triggers)
    {
        var flow = new StringBuilder();
        flow.Append(CultureInfo.InvariantCulture, $"id: scheduled{number}\nnamespace: bench.schedules\ntasks:\n  - id: log\n    type: io.kestra.plugin.core.log.Log\n    message: due\ntriggers:\n");
        for (var trigger = 0; trigger < triggers; trigger++)
        {
            var everySecond = trigger == 0 && number % EverySecondEach == 0;
            var cron = everySecond ? "* * * * * *" : string.Create(CultureInfo.InvariantCulture, $"{trigger % 60} {number % 24} 1 {1 + (number % 12)} *");
            flow.Append(CultureInfo.InvariantCulture, $"  - id: t{trigger}\n    type: io.kestra.plugin.core.trigger.Schedule\n    cron: \"{cron}\"\n");
            if (everySecond)
            {
                flow.Append("    withSeconds: true\n");
            }
        }

        return flow.ToString();
    }

    private static string Chain(int tasks)
    {
        var flow = new StringBuilder("id: ten\nnamespace: bench\ntasks:\n");
        for (var task = 0; task < tasks; task++)
        {
            var format = task == 0 ? "{{ execution.id }}" : $"{{{{ outputs.t{(task - 1).ToString(CultureInfo.InvariantCulture)}.value }}}}";
            flow.Append(CultureInfo.InvariantCulture, $"  - id: t{task}\n    type: io.kestra.plugin.core.debug.Return\n    format: \"{format}\"\n");
        }

        return flow.ToString();
    }
}
