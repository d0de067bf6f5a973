using Kestra.Jq.Values;

namespace Kestra.Jq.Runtime;

/// <summary>A value on its way through a program and, where paths are asked for, where in the original input it stands.</summary>
/// <param name="Path">Null when nobody asks for paths; <see cref="Runtime.Path.Lost"/> when the value was computed and stands nowhere.</param>
internal readonly record struct Item(object? Value, Path? Path = null)
{
    /// <summary>A computed value. It keeps the place of the input only when it is the input itself.</summary>
    public Item Derive(object? value) =>
        Path is null ? new Item(value) : new Item(value, IsSame(Value, value) ? Path : Path.Lost);

    private static bool IsSame(object? left, object? right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        return (left is bool one && right is bool two && one == two)
            || (ValueKinds.IsNumber(left) && ValueKinds.IsNumber(right) && Numbers.Order(left!, right!) == 0);
    }
}
