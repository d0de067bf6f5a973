namespace Kestra.Crash;

/// <summary>The mixed load: every kind of thing that may be under way when the server dies.</summary>
internal static class CrashFlows
{
    public const string Namespace = "crash";

    public const string WebhookKey = "crash-key-1234";

    /// <summary>What the client starts; each by the API, the last by its webhook.</summary>
    public static IReadOnlyList<string> Started { get; } = ["one", "chain", "limited", "parent", "watched", "hook"];

    /// <summary>Started by others: a subflow, a flow trigger.</summary>
    public static IReadOnlyList<string> Following { get; } = ["child", "follower"];

    public const string Ticking = "ticking";

    public static IReadOnlyList<string> Sources { get; } =
    [
        """
        id: one
        namespace: crash
        tasks:
          - id: log
            type: io.kestra.plugin.core.log.Log
            message: Hello
        """,
        """
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
        """,
        """
        id: limited
        namespace: crash
        concurrency:
          limit: 2
          behavior: QUEUE
        tasks:
          - id: nap
            type: io.kestra.plugin.core.flow.Sleep
            duration: PT0.01S
        """,
        """
        id: child
        namespace: crash
        inputs:
          - id: from
            type: STRING
        tasks:
          - id: nap
            type: io.kestra.plugin.core.flow.Sleep
            duration: PT0.02S
          - id: said
            type: io.kestra.plugin.core.debug.Return
            format: "{{ inputs.from }}"
        outputs:
          - id: said
            type: STRING
            value: "{{ outputs.said.value }}"
        """,
        """
        id: parent
        namespace: crash
        tasks:
          - id: sub
            type: io.kestra.plugin.core.flow.Subflow
            namespace: crash
            flowId: child
            inputs:
              from: "{{ labels.client }}"
            wait: true
            transmitFailed: true
            inheritLabels: false
          - id: pause
            type: io.kestra.plugin.core.flow.Pause
            pauseDuration: PT0.05S
          - id: log
            type: io.kestra.plugin.core.log.Log
            message: done
        """,
        """
        id: watched
        namespace: crash
        tasks:
          - id: log
            type: io.kestra.plugin.core.log.Log
            message: Hello
        """,
        """
        id: follower
        namespace: crash
        tasks:
          - id: log
            type: io.kestra.plugin.core.debug.Return
            format: "{{ trigger.executionId }}"
        triggers:
          - id: after
            type: io.kestra.plugin.core.trigger.Flow
            conditions:
              - type: io.kestra.plugin.core.condition.ExecutionFlow
                namespace: crash
                flowId: watched
              - type: io.kestra.plugin.core.condition.ExecutionStatus
                in: [SUCCESS]
        """,
        """
        id: hook
        namespace: crash
        tasks:
          - id: body
            type: io.kestra.plugin.core.debug.Return
            format: "{{ trigger.body.client }}"
        outputs:
          - id: client
            type: STRING
            value: "{{ outputs.body.value }}"
        triggers:
          - id: webhook
            type: io.kestra.plugin.core.trigger.Webhook
            key: crash-key-1234
        """,
    ];

    /// <summary>Fires every second while it is enabled.</summary>
    public static string Ticks(bool enabled) =>
        $$$"""
        id: ticking
        namespace: crash
        tasks:
          - id: date
            type: io.kestra.plugin.core.debug.Return
            format: "{{ trigger.date }}"
        triggers:
          - id: second
            type: io.kestra.plugin.core.trigger.Schedule
            cron: "* * * * * *"
            withSeconds: true
            disabled: {{{(enabled ? "false" : "true")}}}
        """;
}
