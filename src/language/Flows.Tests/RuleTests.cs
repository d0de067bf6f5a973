using Shouldly;
using Xunit;

namespace Kestra.Flows.Tests;

/// <summary>Every rule of the flow language with an example that keeps it and one that breaks it.</summary>
public sealed class RuleTests
{
    private const string Log = "type: io.kestra.plugin.core.log.Log, message: x";
    private static readonly string Long100 = new('a', 100);
    private static readonly string Long150 = new('a', 150);
    private static readonly string Long256 = new('a', 256);

    private static readonly Rule[] Rules =
    [
        new("id pattern", "id: a.b_C-1", "id: -a", "id: must match \"^[a-zA-Z0-9][a-zA-Z0-9._-]*\""),
        new("id present", "id: a", "id:", "id: must not be null"),
        new("id not blank", "id: a", "id: \" \"", "id: must not be blank"),
        new("id length", $"id: {Long100}", $"id: {Long100}b", "id: size must be between 1 and 100"),
        new("id not reserved", "id: pauses", "id: pause", ": Invalid Flow: Flow id is a reserved keyword: pause. List of reserved keywords: pause, resume, force-run, change-status, kill, executions, search, source, disable, enable"),
        new("namespace pattern", "namespace: a..b-", "namespace: A.b", "namespace: must match \"^[a-z0-9][a-z0-9._-]*\""),
        new("namespace present", "namespace: a", "namespace:", "namespace: must not be null"),
        new("namespace length", $"namespace: {Long150}", $"namespace: {Long150}b", "namespace: size must be between 1 and 150"),
        new("namespace is a text", "namespace: \"456\"", "namespace: 456", "Unable to validate the flow: class java.lang.Integer cannot be cast to class java.lang.String (java.lang.Integer and java.lang.String are in module java.base of loader 'bootstrap')"),
        new("revision", "revision: 1", "revision: 0", "revision: must be greater than or equal to 1"),
        new("revision is a number", "revision: \"2\"", "revision: x", Shape("Cannot deserialize value of type `java.lang.Integer` from String \"x\": not a valid `java.lang.Integer` value", "io.kestra.core.models.flows.FlowWithSource[\"revision\"]")),
        new("description is a text", "description: 1.50", "description: {a: b}", Shape("Cannot deserialize value of type `java.lang.String` from Object value (token `JsonToken.START_OBJECT`)", "io.kestra.core.models.flows.FlowWithSource[\"description\"]")),
        new("disabled is a flag", "disabled: yes", "disabled: \"yes\"", Shape("Cannot deserialize value of type `boolean` from String \"yes\": only \"true\"/\"True\"/\"TRUE\" or \"false\"/\"False\"/\"FALSE\" recognized", "io.kestra.core.models.flows.FlowWithSource[\"disabled\"]")),
        new("disabled as text", "disabled: \"true\"", "disabled: [true]", Shape("Cannot deserialize value of type `boolean` from Array value (token `JsonToken.START_ARRAY`)", "io.kestra.core.models.flows.FlowWithSource[\"disabled\"]")),
        new("tenant is the server's", "tenantId: \"Z z\"", "tenantId: [a]", Shape("Cannot deserialize value of type `java.lang.String` from Array value (token `JsonToken.START_ARRAY`)", "io.kestra.core.models.flows.FlowWithSource[\"tenantId\"]")),
        new("variables are a map", "variables: {a: null, b: [1]}", "variables: [a]", Shape("Cannot deserialize value of type `java.util.LinkedHashMap<java.lang.String,java.lang.Object>` from Array value (token `JsonToken.START_ARRAY`)", "io.kestra.core.models.flows.FlowWithSource[\"variables\"]")),
        new("tasks present", $"tasks: [{{id: a, {Log}}}]", "tasks: []", "tasks: must not be empty"),
        new("tasks are a list", $"tasks: [{{id: a, {Log}}}]", "tasks: foo", Shape("Cannot deserialize value of type `java.util.ArrayList<io.kestra.core.models.tasks.Task>` from String value (token `JsonToken.VALUE_STRING`)", "io.kestra.core.models.flows.FlowWithSource[\"tasks\"]")),
        new("property known", "description: a", "when: a", "Unrecognized field \"when\" (class io.kestra.core.models.flows.FlowWithSource), not marked as ignorable (24 known properties:"),

        new("label as map", "labels: {a: 1, b: true, c: 1.5, d: 2020-01-01}", "labels: {e: [x]}", "Validation error: Illegal flowwithsource source: YAML parsing error: Unsupported type for key: e, value: [x] (through reference chain: io.kestra.core.models.flows.FlowWithSource[\"labels\"])"),
        new("label as list", "labels: [{key: a, value: b}, {key: a, value: c}]", "labels: [{key: a, value: 12}]", "class java.lang.Integer cannot be cast to class java.lang.String"),
        new("label shape", "labels: {}", "labels: x", "Unable to deserialize value as it's neither an object neither an array"),
        new("label value", "labels: {a: b}", "labels: {a: }", "labels[0].value: must not be empty"),
        new("label key", "labels: [{key: a, value: b}]", "labels: [{value: b}]", "labels[0].key: must not be empty"),
        new("label of the system", "labels: {system.readOnly: true}", "labels: {system.foo: bar}", ": Invalid Flow: System labels can only be set by Kestra itself, offending label: system.foo=bar"),

        new("task id pattern", $"tasks: [{{id: a_b-1, {Log}}}]", $"tasks: [{{id: a.b, {Log}}}]", "a.b.id: must match \"^[a-zA-Z0-9][a-zA-Z0-9_-]*\""),
        new("task id present", $"tasks: [{{id: a, {Log}}}]", $"tasks: [{{{Log}}}]", "tasks[0].id: must not be null"),
        new("task id not blank", $"tasks: [{{id: a, {Log}}}]", $"tasks: [{{id: \"\", {Log}}}]", "tasks[0].id: must not be blank"),
        new("task id length", $"tasks: [{{id: {Long256}, {Log}}}]", $"tasks: [{{id: {Long256}b, {Log}}}]", $"{Long256}b.id: Task id must be at most 256 characters"),
        new("task ids unique", $"tasks: [{{id: a, {Log}}}, {{id: b, {Log}}}]", $"tasks: [{{id: a, {Log}}}]\nafterExecution: [{{id: a, {Log}}}]", ": Invalid Flow: Duplicate task id with name [a]"),
        new("task ids unique below", $"tasks: [{{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [{{id: a, {Log}}}]}}]", $"tasks: [{{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [{{id: s, {Log}}}]}}]", ": Invalid Flow: Duplicate task id with name [s]"),
        new("task type known", $"tasks: [{{id: a, {Log}}}]", "tasks: [{id: a, type: io.kestra.Nope}]", "Validation error: Invalid type: io.kestra.Nope"),
        new("task type present", $"tasks: [{{id: a, {Log}}}]", "tasks: [{id: a}]", "Validation error: Invalid type: <null>"),
        new("task type is of a task", $"tasks: [{{id: a, {Log}}}]", "tasks: [{id: a, type: io.kestra.plugin.core.trigger.Schedule, cron: '@daily'}]", "Validation error: Invalid type: io.kestra.plugin.core.trigger.Schedule"),
        new("alias of a task type", "tasks: [{id: a, type: io.kestra.core.tasks.log.Log, message: x}]", "tasks: [{id: a, type: io.kestra.core.tasks.log.Log}]", "a.message: must not be null"),
        new("required property", $"tasks: [{{id: a, {Log}}}]", "tasks: [{id: a, type: io.kestra.plugin.core.log.Log}]", "a.message: must not be null"),
        new("property of a task known", $"tasks: [{{id: a, {Log}, level: WARN}}]", $"tasks: [{{id: a, {Log}, levle: WARN}}]", "Unrecognized field \"levle\" (class io.kestra.plugin.core.log.Log), not marked as ignorable (16 known properties: \"logLevel\", \"timeout\", \"level\", \"message\", \"retry\", \"allowWarning\", \"version\", \"type\", \"id\", \"description\", \"taskCache\", \"workerGroup\", \"runIf\", \"logToFile\", \"disabled\", \"allowFailure\"])"),
        new("dynamic property is not checked", $"tasks: [{{id: a, {Log}, timeout: nope, level: WRONG}}]", $"tasks: [{{id: a, {Log}, timeout: nope, logLevel: WRONG}}]", Shape("Cannot deserialize value of type `org.slf4j.event.Level` from String \"WRONG\": not one of the values accepted for Enum class: [ERROR, DEBUG, TRACE, INFO, WARN]", "io.kestra.core.models.flows.FlowWithSource[\"tasks\"]->java.util.ArrayList[0]->io.kestra.plugin.core.log.Log[\"logLevel\"]")),
        new("nested task of the wrong shape", $"tasks: [{{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [{{id: a, {Log}}}]}}]", $"tasks: [{{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [{{id: a, {Log}, allowFailure: maybe}}]}}]", "(through reference chain: io.kestra.core.models.flows.FlowWithSource[\"tasks\"]->java.util.ArrayList[0]->io.kestra.plugin.core.flow.Sequential[\"tasks\"]->java.util.ArrayList[0]->io.kestra.plugin.core.log.Log[\"allowFailure\"]) (at line -1)"),
        new("nested task is named by itself", $"tasks: [{{id: s, type: io.kestra.plugin.core.flow.If, condition: x, then: [{{id: a, {Log}}}]}}]", $"tasks: [{{id: s, type: io.kestra.plugin.core.flow.If, condition: x, then: [{{id: a, {Log}}}], else: [{{id: b b, {Log}}}]}}]", "b b._else[0].id: must match \"^[a-zA-Z0-9][a-zA-Z0-9_-]*\""),
        new("errors are named by their place", $"errors: [{{id: e, {Log}}}]", $"errors: [{{id: e e, {Log}}}]", "errors[0].id: must match \"^[a-zA-Z0-9][a-zA-Z0-9_-]*\""),
        new("finally is named with an underscore", $"finally: [{{id: e, {Log}}}]", $"finally: [{{id: e e, {Log}}}]", "_finally[0].id: must match \"^[a-zA-Z0-9][a-zA-Z0-9_-]*\""),
        new("listeners", $"listeners: [{{tasks: [{{id: e, {Log}}}]}}]", "listeners: [{tasks: []}]", "listeners[0].tasks: must not be empty"),
        new("task cache", $"tasks: [{{id: a, {Log}, taskCache: {{enabled: true, ttl: PT1S}}}}]", $"tasks: [{{id: a, {Log}, taskCache: {{ttl: PT1S}}}}]", "tasks[0].taskCache.enabled: must not be null"),
        new("worker group", $"tasks: [{{id: a, {Log}, workerGroup: {{key: x, fallback: WAIT}}}}]", $"tasks: [{{id: a, {Log}, workerGroup: {{fallback: NOPE}}}}]", "not one of the values accepted for Enum class: [CANCEL, WAIT, FAIL]"),
        new("worker group property", "workerGroup: {key: x}", "workerGroup: {nope: x}", "Unrecognized field \"nope\" (class io.kestra.core.models.tasks.WorkerGroup), not marked as ignorable (2 known properties: \"fallback\", \"key\"])"),

        new("sequential has tasks", $"tasks: [{{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [{{id: a, {Log}}}]}}]", "tasks: [{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: []}]", "s.tasks: The 'tasks' property cannot be empty"),
        new("parallel has tasks", $"tasks: [{{id: s, type: io.kestra.plugin.core.flow.Parallel, tasks: [{{id: a, {Log}}}]}}]", "tasks: [{id: s, type: io.kestra.plugin.core.flow.Parallel}]", "s.tasks: The 'tasks' property cannot be empty"),
        new("switch has tasks", $"tasks: [{{id: s, type: io.kestra.plugin.core.flow.Switch, value: x, defaults: [{{id: a, {Log}}}]}}]", "tasks: [{id: s, type: io.kestra.plugin.core.flow.Switch, value: x}]", "s: No task defined, neither cases or default have any tasks"),
        new("dag knows its tasks", $"tasks: [{{id: d, type: io.kestra.plugin.core.flow.Dag, tasks: [{{task: {{id: a, {Log}}}}}, {{task: {{id: b, {Log}}}, dependsOn: [a]}}]}}]", $"tasks: [{{id: d, type: io.kestra.plugin.core.flow.Dag, tasks: [{{task: {{id: a, {Log}}}, dependsOn: [nope]}}]}}]", "d: Not existing task id in dependency: nope"),
        new("dag has no circle", $"tasks: [{{id: d, type: io.kestra.plugin.core.flow.Dag, tasks: [{{task: {{id: a, {Log}}}}}]}}]", $"tasks: [{{id: d, type: io.kestra.plugin.core.flow.Dag, tasks: [{{task: {{id: x1, {Log}}}, dependsOn: [x2]}}, {{task: {{id: x2, {Log}}}, dependsOn: [x1]}}]}}]", "d: Cyclic dependency detected: x1, x2"),
        new("working directory runs tasks on a worker", $"tasks: [{{id: w, type: io.kestra.plugin.core.flow.WorkingDirectory, tasks: [{{id: a, {Log}}}]}}]", $"tasks: [{{id: w, type: io.kestra.plugin.core.flow.WorkingDirectory, tasks: [{{id: s, type: io.kestra.plugin.core.flow.Sequential, tasks: [{{id: a, {Log}}}]}}]}}]", "w: Only runnable tasks are allowed as children of a WorkingDirectory task"),
        new("working directory has tasks", $"tasks: [{{id: w, type: io.kestra.plugin.core.flow.WorkingDirectory, tasks: [{{id: a, {Log}}}]}}]", "tasks: [{id: w, type: io.kestra.plugin.core.flow.WorkingDirectory, tasks: []}]", "w: The 'tasks' property cannot be empty"),
        new("working directory has one worker group", $"tasks: [{{id: w, type: io.kestra.plugin.core.flow.WorkingDirectory, workerGroup: {{key: x}}, tasks: [{{id: a, {Log}}}]}}]", $"tasks: [{{id: w, type: io.kestra.plugin.core.flow.WorkingDirectory, tasks: [{{id: a, {Log}, workerGroup: {{key: x}}}}]}}]", "w: Cannot set a Worker Group in any WorkingDirectory sub-tasks, it is only supported at the WorkingDirectory level"),
        new("subflow is another flow", "tasks: [{id: a, type: io.kestra.plugin.core.flow.Subflow, namespace: io.t, flowId: w}]", "tasks: [{id: a, type: io.kestra.plugin.core.flow.Subflow, namespace: io.t, flowId: v}]", ": Invalid Flow: Recursive call to flow [io.t.v]"),

        new("trigger id", "triggers: [{id: a, type: io.kestra.plugin.core.trigger.Schedule, cron: '@daily'}]", "triggers: [{id: a b, type: io.kestra.plugin.core.trigger.Schedule, cron: '@daily'}]", "triggers[0].id: must match \"^[a-zA-Z0-9][a-zA-Z0-9_-]*\""),
        new("trigger ids unique", "triggers: [{id: a, type: io.kestra.plugin.core.trigger.Webhook, key: k}]", "triggers: [{id: a, type: io.kestra.plugin.core.trigger.Webhook, key: k}, {id: a, type: io.kestra.plugin.core.trigger.Webhook, key: l}]", ": Invalid Flow: Duplicate trigger id with name [a]"),
        new("trigger type", "triggers: [{id: a, type: io.kestra.plugin.core.trigger.Webhook, key: k}]", $"triggers: [{{id: a, {Log}}}]", "Validation error: Invalid type: io.kestra.plugin.core.log.Log"),
        new("webhook key", "triggers: [{id: a, type: io.kestra.plugin.core.trigger.Webhook, key: k}]", "triggers: [{id: a, type: io.kestra.plugin.core.trigger.Webhook}]", "triggers[0].key: must not be null"),
        new("schedule cron", "triggers: [{id: a, type: io.kestra.plugin.core.trigger.Schedule, cron: '*/5 * * * *'}]", "triggers: [{id: a, type: io.kestra.plugin.core.trigger.Schedule, cron: nope}]", "triggers[0]: invalid cron expression 'nope': Cron expression contains 1 parts but we expect one of [5]"),
        new("schedule zone", "triggers: [{id: a, type: io.kestra.plugin.core.trigger.Schedule, cron: '@daily', timezone: Europe/Paris}]", "triggers: [{id: a, type: io.kestra.plugin.core.trigger.Schedule, cron: '@daily', timezone: Nope/Zone}]", "triggers[0].timezone: timezone '(Nope/Zone)' is not a valid time-zone ID"),
        new("trigger label", "triggers: [{id: a, type: io.kestra.plugin.core.trigger.Webhook, key: k, labels: {a: b}}]", "triggers: [{id: a, type: io.kestra.plugin.core.trigger.Webhook, key: k, labels: {system.x: y}}]", "triggers[0].labels[0].<list element>: System labels can only be set by Kestra itself, offending label: system.x=y."),
        new("trigger stops after states", "triggers: [{id: a, type: io.kestra.plugin.core.trigger.Webhook, key: k, stopAfter: [FAILED]}]", "triggers: [{id: a, type: io.kestra.plugin.core.trigger.Webhook, key: k, stopAfter: [NOPE]}]", "Cannot deserialize value of type `io.kestra.core.models.flows.State$Type` from String \"NOPE\""),

        new("duration window", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, timeWindow: {type: DURATION_WINDOW, window: PT1H, windowAdvance: PT5M}, flows: [{namespace: a}]}}]", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, timeWindow: {type: DURATION_WINDOW, deadline: '09:00:00'}, flows: [{namespace: a}]}}]", "triggers[0].preconditions.timeWindow: Time window of type `DURATION_WINDOW` cannot have a deadline."),
        new("sliding window", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, timeWindow: {type: SLIDING_WINDOW, window: PT1H}, flows: [{namespace: a}]}}]", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, timeWindow: {type: SLIDING_WINDOW, window: PT1H, windowAdvance: PT5M}, flows: [{namespace: a}]}}]", "triggers[0].preconditions.timeWindow: Time window of type `SLIDING_WINDOW` cannot have a window advance."),
        new("daily deadline", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, timeWindow: {type: DAILY_TIME_DEADLINE, deadline: '09:00:00'}, flows: [{namespace: a}]}}]", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, timeWindow: {type: DAILY_TIME_DEADLINE}, flows: [{namespace: a}]}}]", "triggers[0].preconditions.timeWindow: Time window of type `DAILY_TIME_DEADLINE` must have a deadline."),
        new("daily window begins", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, timeWindow: {type: DAILY_TIME_WINDOW, startTime: '06:00:00', endTime: '09:00:00'}, flows: [{namespace: a}]}}]", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, timeWindow: {type: DAILY_TIME_WINDOW, endTime: '09:00:00'}, flows: [{namespace: a}]}}]", "triggers[0].preconditions.timeWindow: Time window of type `DAILY_TIME_WINDOW` must have a start time."),
        new("daily window ends", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, timeWindow: {type: DAILY_TIME_WINDOW, startTime: '06:00:00', endTime: '09:00:00'}, flows: [{namespace: a}]}}]", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, timeWindow: {type: DAILY_TIME_WINDOW, startTime: '06:00:00'}, flows: [{namespace: a}]}}]", "triggers[0].preconditions.timeWindow: Time window of type `DAILY_TIME_WINDOW` must have an end time."),
        new("filter with a value", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, where: [{id: w, filters: [{field: STATE, type: EQUAL_TO, value: SUCCESS}]}]}}]", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, where: [{id: w, filters: [{field: STATE, type: EQUAL_TO}]}]}}]", "triggers[0].preconditions.where[0].filters[0]: `value` cannot be null for type EQUAL_TO"),
        new("filter with values", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, where: [{id: w, filters: [{field: STATE, type: IN, values: [SUCCESS]}]}]}}]", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, where: [{id: w, filters: [{field: STATE, type: IN, value: SUCCESS, values: [SUCCESS]}]}]}}]", "triggers[0].preconditions.where[0].filters[0]: `value` must be null for type IN"),
        new("filter without a value", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, where: [{id: w, filters: [{field: STATE, type: IS_NOT_NULL}]}]}}]", "triggers: [{id: f, type: io.kestra.plugin.core.trigger.Flow, preconditions: {id: p, where: [{id: w, filters: [{field: STATE, type: IS_NOT_NULL, value: x}]}]}}]", "triggers[0].preconditions.where[0].filters[0]: `value` must be null for type IS_NOT_NULL"),

        new("input id", "inputs: [{id: a.b, type: STRING}]", "inputs: [{id: b c, type: STRING}]", "b c.id: must match \"^[a-zA-Z0-9][.a-zA-Z0-9_-]*\""),
        new("input id by its old name", "inputs: [{name: a, type: STRING}]", "inputs: [{name: b c, type: STRING}, {name: b c, type: STRING}]", ": Invalid Flow: Duplicate input with name [b c]"),
        new("input type known", "inputs: [{id: a, type: STRING}]", "inputs: [{id: a, type: string}]", "Validation error: Invalid type: string"),
        new("input type present", "inputs: [{id: a, type: BOOL}]", "inputs: [{id: a}]", "Validation error: Invalid type: null"),
        new("input ids unique", "inputs: [{id: a, type: INT}, {id: b, type: INT}]", "inputs: [{id: a, type: INT}, {id: a, type: STRING}]", ": Invalid Flow: Duplicate input with name [a]"),
        new("input validator", "inputs: [{id: a, type: STRING, validator: '[a-z]+'}]", "inputs: [{id: a, type: SECRET, validator: '[a'}]", "a.validator: invalid pattern [[a]"),
        new("input property of its type", "inputs: [{id: a, type: INT, min: 1, max: 2}]", "inputs: [{id: a, type: STRING, min: 1}]", "Unrecognized field \"min\" (class io.kestra.core.models.flows.input.StringInput), not marked as ignorable (9 known properties:"),
        new("input bound", "inputs: [{id: a, type: DATE, after: 2020-01-01}]", "inputs: [{id: a, type: DATE, after: 2020-13-01}]", Shape("Cannot deserialize value of type `java.time.LocalDate` from String \"2020-13-01\": Failed to deserialize java.time.LocalDate: (java.time.format.DateTimeParseException) Text '2020-13-01' could not be parsed: Invalid value for MonthOfYear (valid values 1 - 12): 13", "io.kestra.core.models.flows.FlowWithSource[\"inputs\"]->java.util.ArrayList[0]->io.kestra.core.models.flows.input.DateInput[\"after\"]")),
        new("input bound of a number", "inputs: [{id: a, type: FLOAT, min: 1.5}]", "inputs: [{id: a, type: INT, min: x}]", "Cannot deserialize value of type `java.lang.Integer` from String \"x\": not a valid `java.lang.Integer` value"),
        new("input bound of a duration", "inputs: [{id: a, type: DURATION, min: PT1M}]", "inputs: [{id: a, type: DURATION, min: 1m}]", "Failed to deserialize java.time.Duration: (java.time.format.DateTimeParseException) Text cannot be parsed to a Duration"),
        new("ENUM has values", "inputs: [{id: a, type: ENUM, values: []}]", "inputs: [{id: a, type: ENUM}]", "a.values: must not be null"),
        new("SELECT values are patterns", "inputs: [{id: a, type: SELECT, values: [1, true]}]", "inputs: [{id: a, type: SELECT, values: ['[a']}]", "a.values[0].<list element>: invalid pattern [[a]"),
        new("ARRAY has a type of items", "inputs: [{id: a, type: ARRAY, itemType: INT}]", "inputs: [{id: a, type: ARRAY}]", "a.itemType: must not be null"),
        new("ARRAY of arrays", "inputs: [{id: a, type: ARRAY, itemType: JSON}]", "inputs: [{id: a, type: ARRAY, itemType: ARRAY}]", "a: `itemType` cannot be `ARRAY`"),
        new("FILE default is a file", "inputs: [{id: a, type: FILE, defaults: 'nsfile:///a'}]", "inputs: [{id: a, type: FILE, defaults: 'http://x/y'}]", "a: inputs of type 'FILE' only support `defaults` as local files using a file URI or as namespace files using a nsfile URI"),
        new("FILE default needs no variables", "inputs: [{id: a, type: FILE, defaults: \"{{ 'file:///a' }}\"}]", "inputs: [{id: a, type: FILE, defaults: '{{ foo }}'}]", "a: inputs of type 'FILE' only support `defaults` with expression that can be rendered immediately"),
        new("dependsOn names an input", "inputs: [{id: a, type: BOOL}, {id: b, type: INT, dependsOn: {inputs: [a]}}]", "inputs: [{id: b, type: INT, dependsOn: {inputs: [zz]}}]", ": Invalid Flow: Input with id 'b' depends on a non-existent input 'zz'."),
        new("dependsOn has no circle", "inputs: [{id: a, type: BOOL}, {id: b, type: INT, dependsOn: {inputs: [a]}}]", "inputs: [{id: j, type: INT, dependsOn: {inputs: [k]}}, {id: k, type: INT, dependsOn: {inputs: [j]}}]", ": Invalid Flow: Cycle dependency detected for input with id 'j': [j, k], Cycle dependency detected for input with id 'k': [k, j]"),
        new("defaults are not checked", "inputs: [{id: a, type: INT, defaults: abc, min: 5, max: 1}]", "inputs: [{id: a, type: INT, defaults: abc, required: maybe}]", "Cannot deserialize value of type `java.lang.Boolean` from String \"maybe\""),
        new("input name with a dash", "inputs: [{id: x-y, type: STRING}]\ntasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: \"{{ inputs['x-y'] }}\"}]", "inputs: [{id: x-y, type: STRING}]\ntasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: '{{inputs.x-y}}'}]", ": Invalid Flow: Invalid input reference: use inputs[key-name] instead of inputs.key-name — keys with dashes require bracket notation, offending tasks: [a]"),
        new("task name with a dash", $"tasks: [{{id: a-b, {Log}}}, {{id: c, type: io.kestra.plugin.core.log.Log, message: \"{{{{ outputs['a-b'].value }}}}\"}}]", $"tasks: [{{id: a-b, {Log}}}, {{id: c, type: io.kestra.plugin.core.log.Log, message: '{{{{ outputs.a-b.value }}}}'}}]", "keys with dashes require bracket notation, offending tasks: [c]"),
        new("task name with a dash in an output", $"tasks: [{{id: a-b, {Log}}}]\noutputs: [{{id: o, type: STRING, value: \"{{{{ outputs['a-b'].v }}}}\"}}]", $"tasks: [{{id: a-b, {Log}}}]\noutputs: [{{id: o, type: STRING, value: '{{{{ outputs.a-b.v }}}}'}}]", "offending outputs: [o]"),

        new("output id", "outputs: [{id: a, type: STRING, value: x}]", "outputs: [{id: c d, type: STRING, value: x}]", "outputs[0].id: must match \"^[a-zA-Z0-9][.a-zA-Z0-9_-]*\""),
        new("output type", "outputs: [{id: a, type: JSON, value: {a: b}}]", "outputs: [{id: a, value: x}]", "outputs[0].type: must not be null"),
        new("output type known", "outputs: [{id: a, type: INT, value: 1}]", "outputs: [{id: a, type: NOPE, value: x}]", "Cannot deserialize value of type `io.kestra.core.models.flows.Type` from String \"NOPE\""),
        new("output value", "outputs: [{id: a, type: INT, value: 1, required: false}]", "outputs: [{id: a, type: INT}]", "outputs[0].value: must not be null"),
        new("output ids unique", "outputs: [{id: a, type: INT, value: 1}]", "outputs: [{id: a, type: INT, value: 1}, {id: a, type: INT, value: 2}]", ": Invalid Flow: Duplicate output with name [a]"),

        new("retry type", "retry: {type: constant, interval: PT1S}", "retry: {type: nope, interval: PT1S}", "Validation error: Invalid type: nope"),
        new("retry interval", "retry: {type: constant, interval: 10}", "retry: {type: constant}", "retry.interval: must not be null"),
        new("retry longest interval", "retry: {type: exponential, interval: PT1S, maxInterval: PT1M}", "retry: {type: exponential, interval: PT1S}", "retry.maxInterval: must not be null"),
        new("retry shortest interval", "retry: {type: random, minInterval: PT1S, maxInterval: PT1M}", "retry: {type: random, maxInterval: PT1M}", "retry.minInterval: must not be null"),
        new("retry attempts", "retry: {type: constant, interval: PT1S, maxAttempts: 1}", "retry: {type: constant, interval: PT1S, maxAttempt: 0}", "retry.maxAttempts: must be greater than or equal to 1"),
        new("retry behavior", "retry: {type: constant, interval: PT1S, behavior: CREATE_NEW_EXECUTION}", "retry: {type: constant, interval: PT1S, behavior: NOPE}", Shape("Cannot deserialize value of type `io.kestra.core.models.tasks.retrys.AbstractRetry$Behavior` from String \"NOPE\": not one of the values accepted for Enum class: [RETRY_FAILED_TASK, CREATE_NEW_EXECUTION]", "io.kestra.core.models.flows.FlowWithSource[\"retry\"]->io.kestra.core.models.tasks.retrys.Constant[\"behavior\"]")),
        new("constant within its duration", "retry: {type: constant, interval: PT5S, maxDuration: PT5S}", "retry: {type: constant, interval: PT10S, maxDuration: PT5S}", "retry: 'interval' must be less than 'maxDuration' but is PT10S"),
        new("exponential within its interval", "retry: {type: exponential, interval: PT1S, maxInterval: PT1M}", "retry: {type: exponential, interval: PT1M, maxInterval: PT1S}", "retry: 'interval' must be less than 'maxInterval' but is PT1M"),
        new("random in order", "retry: {type: random, minInterval: PT1S, maxInterval: PT1M}", "retry: {type: random, minInterval: PT1M, maxInterval: PT1S}", "retry: 'minInterval' must be less than 'maxInterval' but is PT1M"),
        new("random longest within its duration", "retry: {type: random, minInterval: PT1S, maxInterval: PT1M, maxDuration: PT1M}", "retry: {type: random, minInterval: PT1S, maxInterval: PT2M, maxDuration: PT1M}", "retry: 'maxInterval' must be less than 'maxDuration' but is PT2M"),
        new("retry of a task keeps its place", $"tasks: [{{id: a, {Log}, retry: {{type: constant, interval: PT1S}}}}]", $"tasks: [{{id: a, {Log}, retry: {{type: constant}}}}]", "tasks[0].retry.interval: must not be null"),

        new("concurrency limit", "concurrency: {limit: 1, behavior: CANCEL}", "concurrency: {limit: 0}", "concurrency.limit: must be greater than or equal to 1"),
        new("concurrency limit present", "concurrency: {limit: \"3\"}", "concurrency: {behavior: FAIL}", "concurrency.limit: must not be null"),
        new("concurrency is an object", "concurrency: {limit: 1}", "concurrency: 1", "Cannot construct instance of `io.kestra.core.models.flows.Concurrency` (although at least one Creator exists): no int/Int-argument constructor/factory method to deserialize from Number value (1)"),

        new("SLA type", "sla: [{id: s, type: MAX_DURATION, duration: PT1S, behavior: NONE}]", "sla: [{id: s, type: NOPE}]", "Validation error: Invalid type: NOPE"),
        new("SLA id", "sla: [{id: s, type: MAX_DURATION, duration: PT1S, behavior: NONE}]", "sla: [{type: MAX_DURATION, duration: PT1S, behavior: NONE}]", "sla[0].id: must not be empty"),
        new("SLA behavior", "sla: [{id: s, type: MAX_DURATION, duration: PT1S, behavior: FAIL}]", "sla: [{id: s, type: MAX_DURATION, duration: PT1S}]", "sla[0].behavior: must not be null"),
        new("SLA duration", "sla: [{id: s, type: MAX_DURATION, duration: PT1S, behavior: FAIL}]", "sla: [{id: s, type: MAX_DURATION, behavior: FAIL}]", "sla[0].duration: must not be null"),
        new("SLA assertion", "sla: [{id: s, type: EXECUTION_ASSERTION, assert: x, behavior: FAIL}]", "sla: [{id: s, type: EXECUTION_ASSERTION, behavior: FAIL}]", "sla[0]._assert: must not be empty"),
        new("SLA label", "sla: [{id: s, type: MAX_DURATION, duration: PT1S, behavior: FAIL, labels: {a: b}}]", "sla: [{id: s, type: MAX_DURATION, duration: PT1S, behavior: FAIL, labels: {system.x: y}}]", "sla[0].labels[0].<list element>: System labels can only be set by Kestra itself, offending label: system.x=y."),

        new("plugin default property", "pluginDefaults: [{type: io.kestra.plugin.core.log.Log, values: {LEVEL: WARN}}]", "pluginDefaults: [{type: io.kestra.plugin.core.log.Log, values: {nope: WARN}}]", "pluginDefaults[0]: Invalid Plugin Default: No property 'nope' exists in plugin 'io.kestra.plugin.core.log.Log'"),
        new("plugin default value", "pluginDefaults: [{type: foo.bar, values: {a: null}}]", "pluginDefaults: [{type: io.kestra.plugin.core.log.Log, values: {level: null}}]", "pluginDefaults[0]: Invalid Plugin Default: No value provided for key 'level'"),
        new("plugin default type", "pluginDefaults: [{type: foo, values: {}}]", "pluginDefaults: [{values: {}}]", "Unable to validate the flow: Cannot found plugin for null identifier"),
        new("plugin default values", "pluginDefaults: [{type: foo, values: {}}]", "pluginDefaults: [{type: foo}]", "Unable to validate the flow: Cannot invoke \"java.util.Map.entrySet()\" because the return value of \"io.kestra.core.models.flows.PluginDefault.getValues()\" is null"),
        new("plugin defaults are a list", "pluginDefaults: []", "pluginDefaults: {type: x}", "Unable to validate the flow: Cannot deserialize value of type `java.util.ArrayList<io.kestra.core.models.flows.PluginDefault>` from Object value (token `JsonToken.START_OBJECT`)"),
    ];

    public static TheoryData<string> Names() => [.. Rules.Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Example_that_keeps_the_rule_is_valid(string name) =>
        Contracts.Reader.Read(Source(Rules.Single(rule => rule.Name == name).Kept), "main").Constraints.ShouldBeNull();

    [Theory]
    [MemberData(nameof(Names))]
    public void Example_that_breaks_the_rule_is_told(string name)
    {
        var rule = Rules.Single(rule => rule.Name == name);

        var reading = Contracts.Reader.Read(Source(rule.Broken), "main");

        var constraints = reading.Constraints.ShouldNotBeNull();
        if (rule.Text[0] == ':' || constraints.EndsWith('\n'))
        {
            constraints["Validation error: ".Length..].Split('\n').ShouldContain(line => line == rule.Text || (rule.Text[0] != ':' && line.Contains(rule.Text, StringComparison.Ordinal)) || line.EndsWith(rule.Text, StringComparison.Ordinal));
        }
        else
        {
            constraints.ShouldContain(rule.Text);
        }

        reading.Faults.ShouldNotBeEmpty();
        reading.IsValid.ShouldBeFalse();
    }

    private static string Shape(string message, string chain) =>
        $"Validation error: Illegal flowwithsource source: YAML parsing error: {message}\n at [Source: UNKNOWN; byte offset: #UNKNOWN] (through reference chain: {chain}) (at line -1)";

    // The example with what every flow needs.
    private static string Source(string example)
    {
        var lines = example.Split('\n').ToList();
        foreach (var (key, line) in new[] { ("id:", "id: v"), ("namespace:", "namespace: io.t"), ("tasks:", $"tasks: [{{id: default_task, {Log}}}]") })
        {
            if (!lines.Exists(given => given.StartsWith(key, StringComparison.Ordinal)))
            {
                lines.Add(line);
            }
        }

        return string.Join('\n', lines) + "\n";
    }

    private sealed record Rule(string Name, string Kept, string Broken, string Text);
}
