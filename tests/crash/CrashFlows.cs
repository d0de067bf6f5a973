namespace Kestra.Crash;

/// <summary>The mixed load: every kind of thing that may be under way when the server dies.</summary>
internal static class CrashFlows
{
    public const string Namespace = "crash";

    /// <summary>Flow id, source, and how many task runs a finished execution has.</summary>
    public static IReadOnlyList<(string Id, string Source, int TaskRuns)> All { get; } =
    [
        ("one", """
            id: one
            namespace: crash
            tasks:
              - id: log
                type: io.kestra.plugin.core.log.Log
                message: Hello
            """, 1),
        ("chain", """
            id: chain
            namespace: crash
            tasks:
              - id: a
                type: io.kestra.plugin.core.debug.Return
                format: "{{ labels.client }}"
              - id: each
                type: io.kestra.plugin.core.flow.ForEach
                values: [1, 2, 3]
                concurrencyLimit: 2
                tasks:
                  - id: b
                    type: io.kestra.plugin.core.debug.Return
                    format: "{{ taskrun.value }}"
                  - id: nap
                    type: io.kestra.plugin.core.flow.Sleep
                    duration: PT0.03S
              - id: c
                type: io.kestra.plugin.core.debug.Return
                format: "{{ outputs.a.value }}"
            outputs:
              - id: client
                type: STRING
                value: "{{ outputs.c.value }}"
            """, 9),
        ("limited", """
            id: limited
            namespace: crash
            concurrency:
              limit: 2
              behavior: QUEUE
            tasks:
              - id: nap
                type: io.kestra.plugin.core.flow.Sleep
                duration: PT0.01S
            """, 1),
        ("child", """
            id: child
            namespace: crash
            tasks:
              - id: nap
                type: io.kestra.plugin.core.flow.Sleep
                duration: PT0.02S
            """, 1),
        ("parent", """
            id: parent
            namespace: crash
            tasks:
              - id: sub
                type: io.kestra.plugin.core.flow.Subflow
                namespace: crash
                flowId: child
                wait: true
                transmitFailed: true
              - id: pause
                type: io.kestra.plugin.core.flow.Pause
                pauseDuration: PT0.05S
              - id: log
                type: io.kestra.plugin.core.log.Log
                message: done
            """, 3),
    ];
}
