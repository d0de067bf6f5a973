using System.Reflection;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Model.Logs;
using NodaTime;

namespace Kestra.Plugins.Hosting;

/// <summary>Kestra's names of the types that properties have, as texts of faults show them.</summary>
internal static class ShapeNames
{
    private static readonly Dictionary<Type, string> Known = new()
    {
        [typeof(object)] = "java.lang.Object",
        [typeof(string)] = ShapeText.Text,
        [typeof(bool)] = "java.lang.Boolean",
        [typeof(int)] = "java.lang.Integer",
        [typeof(long)] = "java.lang.Long",
        [typeof(double)] = "java.lang.Double",
        [typeof(Duration)] = ShapeText.Duration,
        [typeof(LocalTime)] = "java.time.LocalTime",
        [typeof(LogLevel)] = "org.slf4j.event.Level",
        [typeof(StateType)] = "io.kestra.core.models.flows.State$Type",
        [typeof(TaskDefinition)] = "io.kestra.core.models.tasks.Task",
        [typeof(InputDefinition)] = "io.kestra.core.models.flows.Input<?>",
        [typeof(ConditionDefinition)] = "io.kestra.core.models.conditions.Condition",
    };

    public static string Of(Type type)
    {
        var inner = Nullable.GetUnderlyingType(type) ?? type;
        return Known.TryGetValue(inner, out var known) ? known
            : inner.IsGenericType && inner.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? ShapeText.ListOf(Of(inner.GetGenericArguments()[0]))
            : inner.IsGenericType && inner.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) ? $"java.util.LinkedHashMap<java.lang.String,{Of(inner.GetGenericArguments()[1])}>"
            : inner.GetCustomAttribute<DefinitionNameAttribute>()?.Name ?? inner.Name;
    }
}
