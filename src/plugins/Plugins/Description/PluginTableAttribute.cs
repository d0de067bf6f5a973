namespace Kestra.Plugins;

/// <summary>
/// Says where an assembly lists its plugins, so that their names are known without looking at every class.
/// An assembly without it is searched for <see cref="PluginAttribute"/>.
/// </summary>
/// <param name="table">A class with a parameterless constructor that implements <see cref="IPluginTable"/>.</param>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class PluginTableAttribute(Type table) : Attribute
{
    public Type Table { get; } = table;
}

/// <summary>The list of an assembly's plugins.</summary>
public interface IPluginTable
{
    IReadOnlyList<PluginTableEntry> Entries { get; }
}

/// <summary>One plugin of a table.</summary>
/// <param name="Type">The name that flows write.</param>
/// <param name="ClrType">Gives the class when something of the plugin is needed.</param>
/// <param name="Aliases">Other names under which flows may write it.</param>
public sealed record PluginTableEntry(string Type, Func<Type> ClrType, params string[] Aliases);
